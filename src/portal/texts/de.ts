import type { Texts } from './texts.ts';

export const de: Texts = {
  name: 'Deutsch',
  direction: 'ltr',
  headings: {
    welcome: 'Willkommen',
    problem: 'Das hat nicht geklappt',
    step: 'Noch ein Schritt',
    waiting: 'Gleich geschafft',
    online: 'Sie sind online',
    offline: 'Sie sind noch nicht online',
    loggedOut: 'Sie sind abgemeldet',
    over: 'Ihre Zeit ist um',
  },
  wifi: 'WLAN',
  username: 'Benutzername',
  password: 'Passwort',
  logIn: 'Anmelden',
  connect: 'Verbinden',
  or: 'oder',
  terms: 'Nutzungsbedingungen',
  acceptTerms: 'Ich akzeptiere die Nutzungsbedingungen',
  continue: 'Weiter',
  again: 'Neu beginnen',
  logOut: 'Abmelden',
  help: 'Brauchen Sie Hilfe?',
  languages: 'Sprache',
  stepText: 'Drücken Sie den Knopf, um fertig zu werden.',
  waitingText: 'Ihr Gerät wird verbunden. Diese Seite erneuert sich von selbst.',
  onlineText: 'Viel Freude im Internet.',
  loggedOutText: 'Um wieder online zu gehen, öffnen Sie eine beliebige Website.',
  messages: {
    'wrong-password':
      'Benutzername oder Passwort ist falsch. Groß- und Kleinschreibung zählt. Bitte versuchen Sie es noch einmal.',
    suspended: 'Dieses Konto ist gesperrt. Bitte wenden Sie sich an uns.',
    disabled: 'Dieses Konto ist abgeschaltet. Bitte wenden Sie sich an uns.',
    'unknown-device': 'Dieses Gerät ist hier nicht bekannt. Bitte wenden Sie sich an uns.',
    expired: 'Dieses Konto ist abgelaufen. Bitte wenden Sie sich an uns, um es zu verlängern.',
    'outside-hours': 'Dieses Konto gilt nicht zu dieser Tageszeit. Bitte kommen Sie später wieder.',
    'not-here': 'Dieses Konto gilt hier nicht. Bitte nehmen Sie ein anderes, oder wenden Sie sich an uns.',
    'device-refused': 'Dieses Konto gilt nicht auf diesem Gerät. Bitte wenden Sie sich an uns.',
    'session-limit':
      'Dieses Konto ist schon auf so vielen Geräten in Gebrauch, wie es erlaubt. Melden Sie zuerst ein anderes ab.',
    'time-limit': 'Die Zeit dieses Kontos ist aufgebraucht. Bitte wenden Sie sich an uns.',
    'data-limit': 'Das Datenvolumen dieses Kontos ist aufgebraucht. Bitte wenden Sie sich an uns.',
    'fields-missing': 'Bitte geben Sie Benutzername und Passwort ein.',
    'terms-missing': 'Bitte lesen Sie die Nutzungsbedingungen und setzen Sie das Häkchen, um sie zu akzeptieren.',
    locked:
      'Es gab zu viele falsche Versuche. Bitte warten Sie {minutes} Minuten und versuchen Sie es dann noch einmal.',
    'try-again': 'Die Anmeldung hat zu lange gedauert. Bitte versuchen Sie es noch einmal.',
    'wait-a-minute':
      'Sie haben sich gerade erst angemeldet. Bitte warten Sie eine Minute und melden Sie sich dann neu an.',
    busy: 'Das Netz ist ausgelastet. Bitte warten Sie einen Augenblick und versuchen Sie es dann noch einmal.',
    failed:
      'Das Netz konnte Sie nicht einlassen. Das liegt nicht an Ihnen. Bitte sagen Sie uns Bescheid, oder versuchen Sie es später.',
    'router-refused':
      'Das Netz hat Sie nicht eingelassen. Bitte versuchen Sie es noch einmal, oder wenden Sie sich an uns.',
    'not-ready': 'Dieses Netz wird gerade eingerichtet. Bitte versuchen Sie es in einer Minute noch einmal.',
    'logout-failed':
      'Sie konnten nicht abgemeldet werden. Bitte versuchen Sie es noch einmal, oder schalten Sie Ihr WLAN aus.',
    'how-to-join':
      'Verbinden Sie sich mit dem WLAN dieses Ortes. Die Anmeldeseite öffnet sich dann von selbst, oder wenn Sie eine beliebige Website öffnen.',
    reconnect:
      'Diese Anmeldeseite ist zu alt. Schalten Sie Ihr WLAN aus und wieder ein, dann öffnen Sie eine beliebige Website.',
    'page-expired': 'Diese Seite war zu lange offen. Bitte beginnen Sie neu.',
    'page-used':
      'Diese Seite wurde schon benutzt. Wenn Sie nicht online sind, beginnen Sie neu: Öffnen Sie eine beliebige Website.',
    'page-invalid': 'Diese Seite ist nicht vollständig. Bitte beginnen Sie neu: Öffnen Sie eine beliebige Website.',
    'wrong-router':
      'Dieser Link gehört nicht zu unserem Netz. Geben Sie kein Passwort ein. Verbinden Sie sich mit dem WLAN und öffnen Sie eine beliebige Website.',
    'wrong-site':
      'Dieser Link gehört zu einem anderen Ort. Verbinden Sie sich mit dem WLAN dieses Ortes und öffnen Sie eine beliebige Website.',
    'no-device':
      'Wir können nicht erkennen, welches Gerät Sie benutzen. Verbinden Sie sich mit dem WLAN und öffnen Sie eine beliebige Website.',
    'old-controller':
      'Die WLAN-Steuerung dieses Ortes ist zu alt für diese Anmeldeseite. Bitte sagen Sie dem Personal Bescheid.',
    'no-password-method':
      'Der Router dieses Ortes nimmt von dieser Seite keine Anmeldung an. Bitte sagen Sie dem Personal Bescheid.',
    'not-offered':
      'Dieser Weg ins Internet wird hier nicht angeboten. Bitte beginnen Sie neu: Öffnen Sie eine beliebige Website.',
    'bad-request':
      'Wir konnten nicht lesen, was Ihr Browser gesendet hat. Bitte beginnen Sie neu: Öffnen Sie eine beliebige Website.',
    'too-large': 'Ihr Browser hat zu viel gesendet. Bitte beginnen Sie neu: Öffnen Sie eine beliebige Website.',
    'not-found': 'Diese Seite gibt es nicht. Verbinden Sie sich mit dem WLAN und öffnen Sie eine beliebige Website.',
  },
};
