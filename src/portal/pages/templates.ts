/** What stands around every page. `<%= %>` escapes for HTML; `<%~ %>` takes what another template made. */
export const frame = `<!doctype html>
<html lang="<%= it.language %>" dir="<%= it.direction %>">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<% if (it.refresh) { %>
<meta http-equiv="refresh" content="<%= it.refresh.seconds %>;url=<%= it.refresh.url %>">
<% } %>
<title><%= it.heading %> – <%= it.place %></title>
<style><%~ it.style %></style>
<style><%~ it.brand %></style>
</head>
<body>
<main><div class="card">
<p class="place"><bdi><%= it.place %></bdi></p>
<h1><%= it.heading %></h1>
<%~ it.body %>
</div></main>
<footer>
<% if (it.contact) { %><p><%= it.texts.help %> <bdi><%= it.contact %></bdi></p><% } %>
<% if (it.languages.length > 1) { %>
<nav aria-label="<%= it.texts.languages %>">
<% for (const each of it.languages) { %>
<% if (each.href) { %><a href="<%= each.href %>" lang="<%= each.language %>" hreflang="<%= each.language %>"><%= each.name %></a>
<% } else { %><span lang="<%= each.language %>" aria-current="true"><%= each.name %></span><% } %>
<% } %>
</nav>
<% } %>
</footer>
</body>
</html>
`;

/** Log in, or just accept the terms. */
export const landing = `<% if (it.problem) { %><p class="problem" role="alert" id="problem"><%= it.problem %></p><% } %>
<% const described = it.problem ? ' aria-describedby="problem" aria-invalid="true"' : ''; %>
<% if (it.clickThrough) { %>
<form method="post" action="<%= it.action %>">
<input type="hidden" name="context" value="<%= it.context %>">
<input type="hidden" name="method" value="click-through">
<% if (it.terms) { %>
<label class="check"><input type="checkbox" name="terms" value="accepted" required<% if (it.at === 'terms') { %><%~ described %> autofocus<% } %>><%= it.texts.acceptTerms %></label>
<details><summary><%= it.texts.terms %></summary><div class="terms" dir="auto" tabindex="0" role="region" aria-label="<%= it.texts.terms %>"><%= it.terms %></div></details>
<% } %>
<button><%= it.texts.connect %></button>
</form>
<% } %>
<% if (it.clickThrough && it.login) { %><p class="or"><%= it.texts.or %></p><% } %>
<% if (it.login) { %>
<form method="post" action="<%= it.action %>">
<input type="hidden" name="context" value="<%= it.context %>">
<input type="hidden" name="method" value="login">
<label for="username"><%= it.texts.username %></label>
<input type="text" id="username" name="username" dir="auto" value="<%= it.username %>" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="253" required<% if (it.at === 'username') { %><%~ described %> autofocus<% } %>>
<label for="password"><%= it.texts.password %></label>
<input type="password" id="password" name="password" autocomplete="current-password" maxlength="253" required<% if (it.at === 'password') { %><%~ described %> autofocus<% } %>>
<button><%= it.texts.logIn %></button>
</form>
<% } %>
<% if (it.terms && !it.clickThrough) { %><details><summary><%= it.texts.terms %></summary><div class="terms" dir="auto" tabindex="0" role="region" aria-label="<%= it.texts.terms %>"><%= it.terms %></div></details><% } %>
`;

/** A few words, and where to go from there. */
export const notice = `<p<% if (it.problem) { %> class="problem" role="alert"<% } else { %> role="status"<% } %>><%= it.text %></p>
<% if (it.link) { %><a class="button" rel="noreferrer" href="<%= it.link.href %>"><%= it.link.text %></a><% } %>
<% if (it.logout) { %>
<form method="post" action="<%= it.logout.action %>">
<input type="hidden" name="c" value="<%= it.logout.token %>">
<button class="plain"><%= it.texts.logOut %></button>
</form>
<% } %>
`;

/** On to the router: a form with a button, or a link. */
export const handOver = `<p><%= it.texts.stepText %></p>
<% if (it.form) { %>
<form method="post" action="<%= it.form.action %>">
<% for (const [name, value] of it.form.fields) { %><input type="hidden" name="<%= name %>" value="<%= value %>">
<% } %>
<button><%= it.texts.continue %></button>
</form>
<script><%~ it.script %></script>
<% } else { %>
<a class="button" rel="noreferrer" href="<%= it.href %>"><%= it.texts.continue %></a>
<% } %>
`;
