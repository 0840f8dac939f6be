/* The resident's form, nicer: it keeps the answers over a lost connection, sends once, and leaves nothing
   behind on a shared phone. Everything works without it. Nothing is stored. */
(function () {
"use strict";
if (!window.fetch || !window.FormData || !window.URLSearchParams || !window.DOMParser) return;
var LANGUAGE = "another.language", form, busy, kept, timer, delay, proof;

function say(words) {
  var place = form.querySelector(".said");
  if (place) place.textContent = words;
}

function clear() {
  [].forEach.call(document.querySelectorAll("#survey input, #survey select, #survey textarea"), function (field) {
    if (field.type === "radio" || field.type === "checkbox") field.checked = false;
    else if (field.type !== "hidden") field.value = "";
  });
}

/* The proof of work, some numbers at a time, so that the page stays quick. */
function hex(buffer) {
  return [].map.call(new Uint8Array(buffer), function (byte) { return ("0" + byte.toString(16)).slice(-2); }).join("");
}

function solve(own) {
  var task = JSON.parse(own.getAttribute("data-challenge")), start = 0, letters = new TextEncoder();
  function digest(number) {
    return crypto.subtle.digest("SHA-256", letters.encode(task.salt + number));
  }
  function step() {
    var numbers = [];
    while (numbers.length < 200 && start <= task.maxnumber) numbers.push(start++);
    return Promise.all(numbers.map(digest)).then(function (found) {
      var place = found.map(hex).indexOf(task.challenge), field;
      if (place >= 0) {
        field = document.createElement("input");
        field.type = "hidden";
        field.name = "altcha";
        field.value = btoa(JSON.stringify({
          algorithm: task.algorithm, challenge: task.challenge, number: numbers[place],
          salt: task.salt, signature: task.signature
        }));
        own.appendChild(field);
      } else if (numbers.length) {
        return new Promise(function (go) { setTimeout(go, 0); }).then(step);
      }
    });
  }
  return step();
}

function later() {
  busy = false;
  kept = true;
  say(form.getAttribute("data-kept"));
  clearTimeout(timer);
  timer = setTimeout(send, delay);
  delay = Math.min(delay * 2, 60000);
}

function read(page) {
  return new DOMParser().parseFromString(page, "text/html");
}

/* Puts another page in the place of this one; the styles and scripts stay. */
function put(next) {
  document.title = next.title;
  document.documentElement.lang = next.documentElement.lang;
  [".skip", ".demo", "header", "main", "footer"].forEach(function (part) {
    var here = document.querySelector(part), there = next.querySelector(part);
    if (here && there) here.innerHTML = there.innerHTML;
  });
  begin();
}

function show(answer, page) {
  var next = read(page), main = document.querySelector("main"), words = next.querySelector(".lead");
  if (!next.querySelector("main")) throw answer;
  busy = kept = false;
  /* An error without a form must not take the answers away. */
  if (!answer.ok && !next.getElementById("survey")) return say((words || next.body).textContent);
  put(next);
  scrollTo(0, 0);
  (main.querySelector(".summary") || main).focus();
}

function rows(page) {
  return page.querySelectorAll(".rate").length;
}

/* Another language: the same form, with what was chosen, which stays here until it is sent. A form that does not
   come so, since one had to confirm who one is or the survey ended, comes as it does without script: by sending. */
function turn(event) {
  var button = event.target, own = form, address = button.formAction, code = button.value;
  if (!own || button.name !== LANGUAGE) return;
  event.preventDefault();
  if (busy || kept) return;
  fetch(address, {credentials: "same-origin"}).then(function (answer) {
    if (answer.status >= 500) throw answer;
    return answer.text();
  }).then(function (page) {
    var next = read(page), old = own.elements, field;
    if (form !== own || busy || kept) return;
    if (!rows(next) || rows(next) !== rows(own)) {
      field = document.createElement("input");
      field.type = "hidden";
      field.name = LANGUAGE;
      own.appendChild(field);
      own.action = address;
      return own.submit();
    }
    put(next);
    [].forEach.call(form.elements, function (field) {
      if (field.type === "radio") field.checked = field.value === (old[field.name] || 0).value;
      else if (field.type !== "hidden" && field.type !== "submit" && old[field.name]) field.value = old[field.name].value;
    });
    history.replaceState(null, "", address);
    document.querySelector("header [value=" + code + "]").focus();
  })["catch"](function () {});
}

function post() {
  var own = form;
  fetch(own.action, {method: "POST", body: new URLSearchParams(new FormData(own)), credentials: "same-origin"})
    .then(function (answer) {
      if (answer.status >= 500) throw answer;
      return answer.text().then(function (page) { show(answer, page); });
    })["catch"](function () { if (form === own) later(); });
}

function send() {
  if (busy) return;
  busy = true;
  clearTimeout(timer);
  say(form.getAttribute("data-sending"));
  /* A slow phone need not finish: without a proof the page only asks to wait. */
  Promise.race([proof, new Promise(function (go) { setTimeout(go, 10000); })]).then(post);
}

/* Whoever has to wait sees how long; a proof of work that is done ends the wait. */
function count(seconds) {
  var own = form, words = form.querySelector("button").textContent;
  (function tick() {
    if (form !== own) return;
    if (own.elements.altcha) seconds = 0;
    [].forEach.call(own.elements, function (button) {
      if (button.type !== "submit" || button.name) return;
      button.disabled = seconds > 0;
      button.textContent = seconds > 0 ? words + " (" + seconds + ")" : words;
    });
    if (seconds-- > 0) setTimeout(tick, 1000);
  })();
}

function begin() {
  form = document.getElementById("survey");
  busy = kept = false;
  delay = 4000;
  clearTimeout(timer);
  if (!form) return;
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    send();
  });
  proof = Promise.resolve();
  if (form.getAttribute("data-challenge") && window.crypto && crypto.subtle && window.TextEncoder) {
    proof = solve(form)["catch"](function () {});
  }
  if (form.getAttribute("data-wait")) count(+form.getAttribute("data-wait"));
}

document.addEventListener("click", turn);
addEventListener("online", function () { if (kept) send(); });
addEventListener("beforeunload", function (event) {
  if (kept) {
    event.preventDefault();
    event.returnValue = "";
  }
});
addEventListener("pagehide", clear);
addEventListener("pageshow", function (event) { if (event.persisted) location.reload(); });
begin();
})();
