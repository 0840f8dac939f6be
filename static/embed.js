/* Auyl Uni: the residents' survey, where this script stands. */
(function (page) {
  var names = {kk: "Ауыл әкімі туралы сауалнама", ru: "Опрос об акиме села", en: "Survey: the akim's work"};
  function put(script, ours) {
    var lang = script.getAttribute("data-lang") || page.documentElement.lang.slice(0, 2);
    var unit = script.getAttribute("data-unit"), path = "/" + script.getAttribute("data-campaign");
    var frame = page.createElement("iframe"), link = page.createElement("a"), seen;
    if (!names[lang]) lang = "kk";
    path += (unit ? "/" + unit : "") + "?lang=" + lang;
    frame.title = link.textContent = names[lang];
    frame.height = 700;
    frame.style.cssText = "display:block;width:100%;border:0";
    frame.loading = "lazy";
    frame.referrerPolicy = "no-referrer";
    frame.setAttribute("sandbox", "allow-forms allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox");
    frame.src = ours + "/embed" + path + "&at=" + location.origin;
    frame.onload = function () {
      if (seen && frame.getBoundingClientRect().top < 0) frame.scrollIntoView();
      seen = 1;
    };
    link.href = ours + "/s" + path;
    link.target = "_blank";
    link.rel = "noopener";
    addEventListener("message", function (told) {
      var height = (told.data || 0).auylHeight;
      if (told.origin === ours && told.source === frame.contentWindow && height > 0 && height < 3e4) frame.height = height;
    });
    if (script.parentNode === page.head) script = page.body.appendChild(page.createElement("p"));
    script.parentNode.insertBefore(link, script.nextSibling);
    script.parentNode.insertBefore(frame, link);
  }
  function start() {
    [].forEach.call(page.querySelectorAll("[data-campaign]"), function (script) {
      var ours = /^(https?:\/\/[^\/]+)\/embed\.js/.exec(script.src);
      if (ours && !script.shown) script.shown = put(script, ours[1]) || 1;
    });
  }
  page.body ? start() : addEventListener("DOMContentLoaded", start);
})(document);
