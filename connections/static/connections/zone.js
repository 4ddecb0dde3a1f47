// Tells the server in which zone this browser lives: times are shown in it from the next page on.
// A page that shows others is loaded once more, unless it is the answer to a form (it has no name
// of its zone then) or the browser keeps no cookies.
{
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const isTold = () => document.cookie.split("; ").includes(`zone=${zone}`);

  if (zone && !isTold()) {
    document.cookie = `zone=${zone}; path=/; max-age=${365 * 24 * 3600}; samesite=lax`;
    const shown = document.querySelector("meta[name=zone]")?.content ?? zone;
    if (shown !== zone && isTold()) window.location.reload();
  }
}
