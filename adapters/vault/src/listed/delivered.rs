//! Passwords with which devices and programs are delivered, and those that people set in their place.
//!
//! Of our own writing, from what the makers' manuals and the incidents of 2021 to 2024 made public:
//! `administrator` / `P@ssw0rd` opened the maintenance VPN and every Windows machine of one hospital.

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// In lower case.
const DELIVERED: &str = "
    password password1 password01 password12 password123 password1234 password! password1!
    passw0rd passw0rd! p@ssword p@ssw0rd p@ssw0rd1 p@ssw0rd! p@ssw0rd123 p@$$w0rd pa$$w0rd
    pa55word pa55w0rd pass pass1 pass123 pass1234 passwd
    admin admin1 admin12 admin123 admin1234 admin@123 admin! administrator administrator1 adminadmin
    admin01 sysadmin superadmin superuser supervisor root root123 toor r00t changeme changeme123
    change_me changeit change_on_install default secret letmein welcome welcome1 welcome123 welcome!
    guest user user1 test test1 test123 test1234 demo temp temp123 service support tech field
    operator manager master system console monitor public private enable cisco cisco123 c1sco
    fortinet fortigate juniper netscreen sonicwall paloalto ubnt ubiquiti mikrotik zyxel draytek
    netgear netgear1 dlink linksys buffalo yamaha allied friend manager1 planex corega iodata nec-admin
    calvin password.1 ilo hpinvent superuser1 advantech apc apcuser device 3comcso 4321 tigger
    oracle oracle123 tiger scott sys sysdba internal system1 dba db2admin informix ingres
    postgres postgres1 postgres123 postgresql mysql mariadb sa sa123 sapassword sqlserver
    tomcat s3cret jboss weblogic weblogic1 websphere glassfish adminadmin1 jenkins
    orthanc dcm4chee dicom pacs pacsadmin ris hl7 mirth orca orcauser orca123 ormaster
    radiology xray ct mri hospital hospital1 clinic byouin byoin karte denshi hosyu hoshu hosyu1
    maint maint123 maintenance maintenance1 remote remote1 vpn vpnuser vpn123 ssl-vpn
    123456 1234567 12345678 123456789 1234567890 12345 1234 0000 00000000 1111 11111111 888888
    666666 654321 987654321 abc123 abcd1234 abc12345 a1b2c3d4 qwerty qwerty123 qwerty1 qwertyuiop
    qwer1234 1q2w3e 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 zaq12wsx zaq1@wsx qazwsx asdfgh asdfghjkl
    zxcvbnm iloveyou dragon monkey football baseball sunshine princess shadow trustno1 sakura
    パスワード かんりしゃ 管理者
";

/// Whether it is one of them, in any capitals and any width.
pub(super) fn has(password: &str) -> bool {
    let plain: String = password.nfkc().collect();
    let plain = Zeroizing::new(Zeroizing::new(plain).to_lowercase());
    DELIVERED.split_whitespace().any(|known| known == *plain)
}
