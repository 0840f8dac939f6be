/* What the tablet keeps: the visit, unused tickets, and sealed answers that wait. Nothing has a time or an
   order: each is found by its random ticket. */
window.tabletStore = (function () {
  "use strict";

  function opened() {
    return new Promise(function (resolve, reject) {
      var request = indexedDB.open("auyl-tablet", 1);
      request.onupgradeneeded = function () {
        request.result.createObjectStore("facts");
        request.result.createObjectStore("tickets");
        request.result.createObjectStore("answers");
      };
      request.onsuccess = function () { resolve(request.result); };
      request.onerror = function () { reject(request.error); };
    });
  }

  /* Run `act` in one transaction over the stores; the promise keeps its result until it is on disk. */
  function within(stores, mode, act) {
    return opened().then(function (database) {
      return new Promise(function (resolve, reject) {
        var result, transaction = database.transaction(stores, mode, { durability: "strict" });
        transaction.oncomplete = function () { database.close(); resolve(result); };
        transaction.onabort = transaction.onerror = function () { database.close(); reject(transaction.error); };
        act(transaction, function (value) { result = value; });
      });
    });
  }

  function read(store, ask) {
    return within([store], "readonly", function (transaction, give) {
      var request = ask(transaction.objectStore(store));
      request.onsuccess = function () { give(request.result); };
    });
  }

  /* A whole number below `limit`, each as likely: no order may show who answered first. */
  function below(limit) {
    var most = Math.floor(4294967296 / limit) * limit, drawn = new Uint32Array(1);
    do { crypto.getRandomValues(drawn); } while (drawn[0] >= most);
    return drawn[0] % limit;
  }

  function shuffled(list) {
    for (var last = list.length - 1; last > 0; last--) {
      var other = below(last + 1), kept = list[last];
      list[last] = list[other];
      list[other] = kept;
    }
    return list;
  }

  return {
    visit: function () { return read("facts", function (store) { return store.get("visit"); }); },

    begin: function (facts, tickets) {
      return within(["facts", "tickets", "answers"], "readwrite", function (transaction) {
        transaction.objectStore("facts").put(facts, "visit");
        tickets.forEach(function (pair) { transaction.objectStore("tickets").put(pair[1], pair[0]); });
      });
    },

    counts: function () {
      return Promise.all(["answers", "tickets"].map(function (name) {
        return read(name, function (store) { return store.count(); });
      }));
    },

    /* Spend a random ticket on a sealed answer; gives the ticket's receipt. */
    keep: function (kato, sealed) {
      return read("tickets", function (store) { return store.getAllKeys(); }).then(function (keys) {
        if (!keys.length) throw new Error("no tickets");
        var ticket = keys[below(keys.length)];
        return within(["tickets", "answers"], "readwrite", function (transaction, give) {
          var request = transaction.objectStore("tickets").get(ticket);
          request.onsuccess = function () { give(request.result); };
          transaction.objectStore("tickets").delete(ticket);
          transaction.objectStore("answers").put({ ticket: ticket, kato: kato, sealed: sealed }, ticket);
        });
      });
    },

    waiting: function () {
      return read("answers", function (store) { return store.getAll(); }).then(shuffled);
    },

    forget: function (tickets) {
      return within(["answers"], "readwrite", function (transaction) {
        tickets.forEach(function (ticket) { transaction.objectStore("answers").delete(ticket); });
      });
    },

    /* The visit and its unused tickets; with answers that wait only when they are given up. */
    end: function (withAnswers) {
      return within(["facts", "tickets", "answers"], "readwrite", function (transaction) {
        var request = transaction.objectStore("answers").count();
        request.onsuccess = function () {
          if (request.result && !withAnswers) return transaction.abort();
          ["facts", "tickets", "answers"].forEach(function (name) { transaction.objectStore(name).clear(); });
        };
      });
    }
  };
})();
