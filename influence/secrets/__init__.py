"""Where tokens and passwords are kept: the environment, the keyring, or a file that only its owner may read.

They are never in the settings, the store, a log or a message. May use the contract.
"""
