Grailbird.data.tweets_2026_01 =
[ {
  "id_str" : "2008101160351650001", "id" : 2008101160351650001, "created_at" : "2026-01-05 09:00:00 +0000",
  "text" : "What slows us down? 𝗪𝗵𝘆",
  "entities" : { "user_mentions" : [ ], "urls" : [ ] },
  "user" : { "name" : "Ann Lee", "screen_name" : "annlee", "id_str" : "1001", "id" : 1001 }
}, {
  "id_str" : "2008101160351650002", "id" : 2008101160351650002, "created_at" : "Mon Jan 05 10:00:00 +0000 2026",
  "full_text" : "@bobfox Approvals, I think",
  "in_reply_to_status_id_str" : "2008101160351559999", "in_reply_to_user_id_str" : "1002",
  "entities" : { "user_mentions" : [ { "name" : "Bob Fox", "screen_name" : "bobfox", "id_str" : "1002" },
    { "name" : "Gone", "screen_name" : "gone_away", "id_str" : "-1" } ] },
  "user" : { "name" : "Ann Lee", "screen_name" : "annlee", "id_str" : "1001" }
}, {
  "id_str" : "2008101160351650003", "created_at" : "2026-01-05 11:00:00 +0000", "text" : "RT @cay: Try it",
  "entities" : { "user_mentions" : [ { "name" : "Cay", "screen_name" : "cay", "id_str" : "1003" } ] },
  "retweeted_status" : { "id_str" : "2007000000000000009", "created_at" : "2026-01-04 11:00:00 +0000",
    "text" : "Try it", "entities" : { "user_mentions" : [ ] },
    "user" : { "name" : "Cay", "screen_name" : "cay", "id_str" : "1003" } },
  "user" : { "name" : "Ann Lee", "screen_name" : "annlee", "id_str" : "1001" }
}, {
  "id_str" : "2008101160351650001", "created_at" : "2026-01-05 09:00:00 +0000", "text" : "What slows us down?",
  "entities" : { "user_mentions" : [ ] },
  "user" : { "name" : "Ann Lee", "screen_name" : "annlee", "id_str" : "1001" }
}, {
  "id_str" : "2008101160351650004", "created_at" : "yesterday", "text" : "no date",
  "user" : { "name" : "Ann Lee", "screen_name" : "annlee", "id_str" : "1001" }
} ]
