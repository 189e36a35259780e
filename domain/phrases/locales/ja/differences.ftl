# 作業計画書・操作記録・作業報告書の照合で見つかった違い。識別子は collation::Difference の名前。

difference-no-session = 許可された作業ですが、接続はありませんでした。
difference-report-missing = 作業報告書がまだ提出されていません。
difference-command-not-planned = 計画にないコマンドが実行されました({ $at }): { $command }
difference-command-not-seen = 計画にあるコマンドが操作記録に見当たりません: { $command }
difference-privilege-not-planned = 申請にない特権が使われました: { $command }
difference-file-not-planned = { $direction ->
    [in] 計画にないファイルが院内に持ち込まれました: { $path }
   *[out] 計画にないファイルが院外に持ち出されました: { $path }
}
difference-file-not-seen = { $direction ->
    [in] 持ち込む計画のファイルが渡されていません: { $name }
   *[out] 持ち出す計画のファイルが渡されていません: { $name }
}
difference-file-differs = ファイルの内容が計画のものと違います(SHA-256 が一致しません): { $path }
difference-file-cut-off = ファイルの受け渡しが最後まで確認できていません: { $path }
difference-restart-not-reported = 再起動または停止のコマンドがありますが、報告書は「再起動なし」です: { $command }
difference-patients-not-planned = 計画は「患者情報に触れない」ですが、報告書では { $patients } 人の情報に触れています。
difference-patients-seen-not-planned = 計画は「患者情報に触れない」ですが、データベースから { $patients } 人の情報が出ています。
difference-patients-not-reported = データベースから { $seen } 人の情報が出ていますが、報告書では { $patients } 人です。
difference-erasure-not-confirmed = 持ち出したファイル { $files } 件の消去確認が、報告書にありません。
difference-trouble-reported = 報告書に、障害または計画からの逸脱が書かれています。
difference-refused = 許可されていない操作が試みられ、拒否されました: { $what ->
    [shell] { channel-shell }
    [exec] { channel-exec }
    [sftp] { channel-sftp }
    [database] { channel-database }
    [desktop] { channel-desktop }
    [scp-upload] { channel-scp-upload }
    [scp-download] { channel-scp-download }
    [upload] { channel-upload }
    [download] { channel-download }
    [change] { channel-change }
    [move] { channel-move }
    [look] { channel-look }
    [direct-tcpip] { channel-direct-tcpip }
    [tcpip-forward] { channel-tcpip-forward }
    [streamlocal] { channel-streamlocal }
    [agent] { channel-agent }
    [x11] { channel-x11 }
    [subsystem] { channel-subsystem }
   *[unknown] { channel-unknown }
}
difference-input-masked = 画面に表示されない入力(パスワードなど)が { $lines } 行あり、伏せてあります。
difference-sessions-unseen = 内容を確認できない接続が { $sessions } 件あります(量だけの記録、または中断)。
