/** Every page carries it inside: nothing else is fetched. Text on `--paper` and `--field` has a contrast above 7:1. */
export const style = `
*{box-sizing:border-box}
:root{color-scheme:light dark;--paper:#f4f4f1;--card:#fff;--ink:#1a1c1e;--soft:#4a4f55;--line:#767b82;--bad:#a01414;--badpaper:#fdeeee;--link:#0a4fa3}
@media(prefers-color-scheme:dark){:root{--paper:#15171a;--card:#1f2226;--ink:#f1f2f3;--soft:#c0c5cb;--line:#8b9199;--bad:#ffb4ab;--badpaper:#3a1a1a;--link:#9ec5ff}}
html{font:100%/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
body{margin:0;background:var(--paper);color:var(--ink);display:flex;flex-direction:column;min-height:100vh;align-items:center}
main{width:100%;max-width:28rem;padding:1.5rem 1.25rem;margin:auto 0}
.card{background:var(--card);border-radius:.75rem;padding:1.25rem;border-top:.4rem solid var(--brand)}
.place{margin:0;color:var(--soft);font-weight:600;overflow-wrap:anywhere}
h1{margin:.1rem 0 1rem;font-size:1.6rem;line-height:1.2}
p{margin:.75rem 0;overflow-wrap:anywhere}
label{display:block;margin:.9rem 0 .25rem;font-weight:600}
input[type=text],input[type=password]{width:100%;min-height:2.9rem;padding:.5rem .75rem;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--line);border-radius:.5rem}
input[aria-invalid]{border:2px solid var(--bad)}
.check{display:flex;gap:.75rem;align-items:center;min-height:2.75rem;font-weight:400}
.check input{width:1.5rem;height:1.5rem;flex:none;margin:0}
button,.button{display:block;width:100%;min-height:2.9rem;margin:1.1rem 0 .5rem;padding:.65rem 1rem;font:inherit;font-weight:600;text-align:center;text-decoration:none;border:0;border-radius:.5rem;background:var(--brand);color:var(--onbrand);cursor:pointer}
.plain{background:none;color:var(--ink);border:1px solid var(--line)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.problem{background:var(--badpaper);border-inline-start:.3rem solid var(--bad);padding:.6rem .8rem;border-radius:.25rem}
.or{display:flex;gap:.75rem;align-items:center;color:var(--soft)}
.or::before,.or::after{content:"";flex:1;border-top:1px solid var(--line)}
details{margin:.9rem 0}
summary{cursor:pointer;min-height:2.75rem;padding:.6rem 0;font-weight:600}
.terms{white-space:pre-line;max-height:16rem;overflow:auto;border:1px solid var(--line);border-radius:.5rem;padding:.75rem;overflow-wrap:anywhere}
a{color:var(--link)}
footer{width:100%;max-width:28rem;padding:0 1.25rem 1.5rem;color:var(--soft)}
nav{display:flex;flex-wrap:wrap;gap:.25rem}
nav a,nav span{display:inline-flex;align-items:center;min-height:2.75rem;padding:0 .6rem}
nav span{font-weight:700;color:var(--ink)}
`.replaceAll('\n', '');

/** Blue enough for anybody; 7:1 with white. */
const usualBrand = '#0b5394';

/**
 * The colours of a place, as a rule of their own. Text on it is black or white, whichever is read better.
 *
 * @param color `#rrggbb`
 */
export function brandStyle(color: string = usualBrand): string {
  const brand = /^#[0-9a-f]{6}$/i.test(color) ? color : usualBrand;
  return `:root{--brand:${brand};--onbrand:${luminance(brand) > 0.179 ? '#000' : '#fff'}}`;
}

/** WCAG 2.2 relative luminance, 0 to 1. */
export function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.slice(1).match(/../g) ?? []).map((hex) => {
    const share = Number.parseInt(hex, 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
