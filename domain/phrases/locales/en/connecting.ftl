# Why no connection to the site was made. The ids are the names in tunnel::ConnectError.

connect-address-unknown = The address { $address } cannot be found. Check that it has the form NAME:PORT, its spelling, and the network.
connect-name-not-possible = { $name } cannot be a name. Check the name in the invitation.
connect-own-identity = This device's key or certificate cannot be used ({ $cause }). Ask the hospital for a device invitation and enrol again.
connect-own-trust = The stored certificate of the site cannot be used ({ $cause }). Ask the hospital for a new invitation and join again.
connect-bind = Connecting from the address { $address } is not possible ({ $cause }). Check the address you gave.
connect-unreachable = { $address } cannot be reached ({ $cause }). Check the network, and whether the gateway is running.
connect-timed-out = No answer came within { $seconds } seconds. Check the address, and whether something on the way stops the connection.
connect-closed-without-answer = The other side closed without an answer. Check that you connect from a place on the hospital's list, and that the name is right.
connect-pinned-ca-differs = The certificate is not from the site you joined. Somebody may be intercepting the connection, so it was stopped. Telephone the hospital.
connect-name-differs = The certificate is not for { $name }, so the connection was stopped. Check the name; if it is right, telephone the hospital.
connect-not-valid-now = The site's certificate is not valid now. Check this device's clock; if it is right, tell the hospital.
connect-not-a-server = What was shown is not a server's certificate, so the connection was stopped. Check the address; if it is right, tell the hospital.
connect-certificate-refused = This device's certificate was refused. The device may be suspended or its certificate out of date: ask the hospital, and enrol again if needed.
connect-certificate-required = An enrolled device is needed here. Use an invitation to enrol it first (sekisho join).
connect-protocol-refused = The other side does not speak this program's protocol. Check both versions and update the older one.
connect-key-exchange-refused = The other side offers no key exchange that is safe enough (X25519MLKEM768), so the connection was stopped. Check both versions and update the older one.
connect-tls = No encrypted connection could be made ({ $cause }). Check the address; if it goes on, tell the hospital.
connect-io = The connection was lost ({ $cause }). Check the network and connect again.
