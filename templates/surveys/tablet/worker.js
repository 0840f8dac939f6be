/* Keeps the application's own pages and files for the time without network; answers never pass here. */
"use strict";
const KEPT = {{ kept|tojson }};
const CACHE = "tablet-{{ version }}";

self.addEventListener("install", event => {
  event.waitUntil(caches.open(CACHE).then(cache => cache.addAll(KEPT)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", event => {
  event.waitUntil(
    caches.keys()
      .then(names => Promise.all(names.filter(name => name !== CACHE).map(name => caches.delete(name))))
      .then(() => self.clients.claim())
  );
});

self.addEventListener("fetch", event => {
  if (event.request.method !== "GET") return;
  event.respondWith(
    caches.match(event.request, { ignoreVary: true }).then(found => found || fetch(event.request).catch(problem => {
      if (event.request.mode !== "navigate") throw problem;
      return caches.match(KEPT[0], { ignoreVary: true });
    }))
  );
});
