# Why a passphrase is not accepted.

passphrase-too-short = The passphrase is too short. Use at least { $at_least } characters; four or more unrelated words are strong and easy to remember.
passphrase-too-long = The passphrase is too long. Use at most { $most } characters.
passphrase-guessable = The passphrase is easy to guess. Avoid common sayings and add more unrelated words.
passphrase-made-of-common-words = The passphrase is little more than words that attackers try first; swapping letters for signs does not help. Make another out of unrelated words.
passphrase-made-of-names = The passphrase is little more than names of the site or of people. Make another out of unrelated words.
passphrase-keyboard-walk = The passphrase follows the keys of the keyboard. Put words together instead.
passphrase-repeated = The passphrase repeats itself too much. Put different words together.
passphrase-invisible = The passphrase holds a character that cannot be seen. Use letters, digits, signs and spaces.
