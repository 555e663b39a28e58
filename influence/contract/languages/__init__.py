"""One file a language: gettext messages; the English sentence is the key. Uses nothing."""
