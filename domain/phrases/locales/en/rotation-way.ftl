# How a password is replaced at a target
cli-help-secret-way = Chooses how the password of an account by SSH is replaced at its target: by the commands of Linux (as it is unless you choose), by PowerShell at Windows, or line by line at a router or another device
cli-help-secret-way-arg-target = The target's number or name
cli-help-secret-way-arg-linux = By the commands of Linux
cli-help-secret-way-arg-windows = By PowerShell, for a local account of Windows that is an administrator there
cli-help-secret-way-arg-like = With the words of this kind of device: cisco-ios or yamaha-rtx. Not tried at the devices themselves
cli-help-secret-way-arg-lines = From this file: expect, see and send with a text, a line each; save alone stands before what is said with the new password. Write no password into it: the lines stand in the ledger in clear

rotation-way = How the password is replaced there
rotation-way-set = Choose how the password is replaced
rotation-way-risk = If what is typed here does not fit the device, the replacement fails: the ledger and the list of secrets say which password works. Try it at a time when somebody can reach the device, and look at the list of secrets afterwards. None of the ready ones was tried at a real device or at Windows.
rotation-way-linux = By the commands of Linux (chpasswd, passwd; keys in authorized_keys)
rotation-way-windows = By PowerShell (a local account of Windows that is an administrator there)
rotation-way-cisco-ios = A device with the words of Cisco IOS (the account is in # when it signs in)
rotation-way-yamaha-rtx = A device with the words of Yamaha RTX (the administrator's password is the account's, and is changed with it)
rotation-way-device = A device, with the lines written here
rotation-way-lines = What is said to the device
rotation-way-lines-hint = Only for the last choice. A line each: "expect" and the end of the prompt to wait for; "send" and the line to type, in which account, old and new in curly brackets are filled in, each a word of its own; "see" and a text that must have come. After a line "save" alone: what is typed after signing in with the new password, so that the device keeps it over a restart.
rotation-way-no-secrets = Write no password into these lines, not that of enable either: what stands here is entered in the ledger for good, and can be read on this page and in every backup. Use an account that needs no second password (privilege 15), or set that one to the same, and type it as old and new in curly brackets.
rotation-way-examples = The lines of the ready ones

rotation-failed-in-doubt = The old secret opens the target, and the new one does not yet. The target was told the new one and did not say that it refuses it: it may still take it. If it has not after some minutes, the old one stays and the new one is given up. Nothing needs to be done.
rotation-failed-not-saved = The new password works, but the device did not keep it over a restart. Do not restart it. See whether it has room, and whether the lines after "save" fit it: they can be changed now.
reason-rotation-way-not-possible = The password of this account cannot be replaced in this way. Windows and devices are possible for a target by SSH whose account signs in with a password, without accounts for each visit. An account of Windows is one of that computer itself; the account of a device has letters, digits, -, _ and . alone. The lines for a device must type the new password, and have quotes nowhere around what is filled in.
reason-rotation-way-not-provable = With these lines nobody would know afterwards which password works. What is typed last must be answered: end the lines with "expect" or "see", before "save" and after it. Before "save" change one password only, that of the account; type the others after "save".
reason-rotation-way-needs-password = For this account it was chosen that its password is replaced at Windows or at a device, and that is for passwords alone. Register a password, or choose the commands of Linux before you register a key.
finding-rotation-way = The passwords of these targets are not replaced ({ $detail }): with the lines that are typed at the device nobody would know which password works if they broke off. Until the lines are mended nothing is replaced by itself, and no envelope is made.
entry-rotation-way-set = How a password is replaced at a target was set
