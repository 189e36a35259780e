# What the gateway says inside a database session, where PostgreSQL's sentences (sessions.ftl) do not fit.

mysql-not-spoken = sekisho: this cannot be read as the protocol of MySQL and MariaDB. Connect with mariadb, mysql or another program for them.
mysql-no-tls-inside = sekisho: TLS is not spoken here, for the connection to the hospital is encrypted already. Connect without it (mariadb --skip-ssl).
mysql-command-refused = sekisho: the command { $command } of the protocol is not offered. Changing the user and replication are not possible inside a session; everything else can be said as a statement.
mysql-reader-can-write = sekisho: the account "{ $account }" is to read only, and its grants are not of reading alone, or cannot be understood: { $right }. So the database was not entered. Ask the hospital to register an account that may only read (SELECT, SHOW VIEW).
mysql-way-not-spoken = sekisho: the target's database asks for a way of signing in that is not possible here: { $plugin }. Ask the hospital for an account with ed25519, mysql_native_password or, with encryption, caching_sha2_password.
mysql-target-too-old = sekisho: the target's database is too old for this protocol: { $version }. MySQL and MariaDB from 5.5 on are understood.

setup-patients = Columns that hold the numbers of patients
setup-patients-why = When values of these columns come out of the database in a visit, it is recorded whose data came out, in order of time and with their count.
setup-patients-none = None are named yet: whose data come out is not recorded.
setup-patients-name = Name the columns that hold the numbers of patients
setup-patients-risk = Numbers that come out of columns which are not named here are not recorded. Ask the system's vendor for every table and column that holds them. It holds from the next connection on.
setup-patients-columns = Columns (one a line)
setup-patients-columns-hint = Schema.table.column (public.tbl_ptinf.ptid, for example). MariaDB and MySQL: the database in the schema's place. Empty: nothing is recorded.
