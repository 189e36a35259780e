# Consoles of old devices (telnet)

protocol-telnet = console (telnet)

risk-kind-telnet = Telnet does not encrypt: whoever can look at the hospital's network reads and alters what passes, the password too. That it is the right device is known by its address alone.
unusual-telnet = The password and all that is done cross the hospital's network without encryption (telnet, a risk that the hospital accepted)

reason-telnet-not-possible = This console cannot be entered so. An account has no control characters. The prompts for account and password differ, have no spaces around them and at most 64 characters. Only telnet targets have them.

# Registering
setup-telnet = How it is entered
setup-telnet-asks-nobody = The console asks nobody
setup-telnet-no-user = With a password alone
setup-telnet-known-by-address = A console that speaks telnet cannot prove which one it is: the gateway knows it by its registered address alone.
setup-telnet-login = End of its question for the account
setup-telnet-login-hint = For telnet only. As the console shows it, whatever its case.
setup-telnet-password = End of its question for the password
setup-telnet-password-hint = For telnet only. Empty if the console asks for none. Without an account the password alone is typed.

# Commands
cli-help-target-add-arg-login-prompt = For telnet: with what the console's question for the account ends (login: without this)
cli-help-target-add-arg-password-prompt = For telnet: with what its question for the password ends (Password: without this)
cli-help-target-add-arg-no-sign-in = For telnet: the console asks nobody
