# 画面（VNC）の保守

protocol-vnc = 画面（VNC）
protocol-rdp = 画面（RDP）
channel-desktop = 画面

reason-desktop-terms-not-possible = 画面の条件は、画面（VNC、RDP）の対象にだけ付けられます。RDPのサーバは鍵で確かめてアカウントで入ります。対象の種類を確かめてください。

# 申請と承認
work-desktop = 画面で行うこと
work-desktop-hint = 対象が画面（VNC、RDP）でなければ使われません。RDPではコピーした文字は通せないので、どちらの向きも閉じたままにしてください。
work-desktop-look = 見るだけにする（キーやマウスの操作をしない）
work-clipboard-in = 自分の PC でコピーした文字を、対象の画面へ貼り付ける
work-clipboard-out = 対象の画面でコピーした文字を、自分の PC へ持ち出す
console-able-desktop = 対象の画面を見て、キーとマウスで操作できます
console-able-desktop-look = 対象の画面を見ることだけができ、操作はできません
console-able-clipboard-in = 手元でコピーした文字を、対象の画面へ貼り付けられます
console-able-clipboard-out = 対象の画面でコピーした文字を、手元へ持ち出せます
console-able-no-clipboard = コピーした文字は、どちらの向きにも渡せません
console-conditions-look-only = 見るだけにする（操作させない）
console-conditions-no-clipboard = コピーした文字をどちらの向きにも渡さない

# 登録
setup-desktop-no-user = パスワードだけで入ります

# コマンド
terms-desktop-line = 画面：{ $input }。コピー内容：{ $clipboard }。
desktop-is-worked = 操作できる
desktop-is-looked-at = 見るだけ
clipboard-closed = 渡さない
clipboard-in = 対象へ渡せる
clipboard-out = 対象から持ち出せる
clipboard-both = 両方向に渡せる
cli-help-request-arg-view-only = 画面（VNC）：見るだけにする
cli-help-request-arg-clipboard = 画面（VNC）：コピー内容を渡す向き（in は対象へ、out は対象から。指定しなければ渡さない）
cli-help-approve-arg-view-only = 画面を見るだけにさせる
cli-help-approve-arg-no-clipboard = コピー内容をどちらの向きにも渡させない
cli-help-target-add-arg-tls-only = RDPで、サーバにネットワークレベル認証（NLA）がない場合（知らない相手にはサインインの窓が出ます）
cli-help-connect-arg-rdp-file = RDPの画面の場合: mstscなどで開くファイルを新しく書く
connect-rdp = 画面を見るには: xfreerdp /v:{ $address } /cert:ignore、またはmstscで --rdp-file の書いたファイルを開いてください。画面側のアカウントもパスワードも要りません。ドライブ、プリンター、音は通りません。文字のコピーと貼り付けは、訪問の条件で認められた向きだけ通ります。
connect-rdp-file-not-for = RDPの画面ではないので、ファイルは作れません。--rdp-file を付けずに実行してください。
