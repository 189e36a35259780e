# 画面、文書、型、フォルダで同じ言葉を使うための一覧。

word-site = 施設
word-vendor = 事業者
word-sub-contractor = 再委託先
word-person = 利用者
word-device = 端末
word-target = 接続先
word-request = 申請
word-approval = 承認
word-refusal = 却下
word-post-approval = 事後承認
word-grant = 許可
word-visit = 作業
word-session = 接続
word-work-plan = 作業計画書
word-work-report = 作業報告書
word-attend = 立会い
word-pause = 一時停止
word-end = 強制切断
word-isolate = 接続遮断(全停止)
word-log-review = ログ点検
word-ledger = 証跡台帳
word-entry = 記録
word-checkpoint = 確定点
word-receipt = 受領証
word-recording = 操作記録
word-invitation = 招待状
word-passphrase = パスフレーズ
word-one-time-code = 確認コード
word-recovery-kit = 復旧キット
word-emergency-code = 非常時コード
word-night-chain = 夜間連絡順
word-gateway = ゲートウェイ
word-source = 接続元
word-window = 許可時間帯
word-reason = 理由
word-witness = 外部の証人

role-engineer = 作業者
role-approver = 承認者
role-operator = システム運用担当者
role-inspector = 点検者

employer-hospital = 病院
employer-vendor = 事業者
employer-custodian = 外部の立会人

kind-of-work-fault = 障害対応
kind-of-work-inspection = 定期点検
kind-of-work-update = 更新
kind-of-work-investigation = 調査
kind-of-work-data-extraction = データ抽出

recording-policy-payload = 全内容を記録
recording-policy-metadata-only = 時刻と量だけを記録

approvals-one = 承認1名
approvals-two = 承認2名

protocol-tcp = TCP
protocol-ssh = SSH
protocol-postgres = データベース(PostgreSQL)
protocol-mysql = データベース(MySQL・MariaDB)

handover-in = 病院へ持込み
handover-out = 病院から持出し

# 申請の状態
request-state-awaiting-approval = 承認待ち
request-state-awaiting-second-approval = 2人目の承認待ち
request-state-granted = 承認済み
request-state-opened-in-emergency = 非常時の接続(事後承認待ち)
request-state-paid-afterwards = 事後承認済み
request-state-refused = 却下
request-state-withdrawn = 取下げ
request-state-lapsed = 期限切れ

# 作業の状態
visit-state-requested = 申請中
visit-state-granted = 許可済み(開始前)
visit-state-open = 作業できます
visit-state-in-session = 接続中
visit-state-awaiting-report = 報告待ち
visit-state-overdue = 報告の期限切れ
visit-state-reported = 報告済み
visit-state-refused = 却下
visit-state-withdrawn = 取消し
visit-state-expired = 期限切れ
visit-state-over = 終了

# 端末の状態
device-state-pending = 確認待ち
device-state-confirmed = 確認済み
device-state-suspended = 停止中

# 接続の状態
session-state-opening = 開始中
session-state-live = 接続中
session-state-paused = 一時停止中
session-state-awaiting-attendant = 立会い待ち
session-state-ending = 終了処理中
session-state-ended = 終了

# 事業者・利用者・端末・接続先の状態
standing-active = 有効
standing-suspended = 停止中
standing-invited = 招待中
standing-pending = 確認待ち
standing-withdrawn = 取消し
standing-used-up = 使用済み
standing-expired = 期限切れ
standing-erased = 消去済み

# 施設の状態
site-state-open = 稼働中
site-state-isolated = 接続遮断(全停止)中
site-state-setup-incomplete = 初期設定中
site-state-clock-in-doubt = 時刻の確認待ち
site-state-ledger-unavailable = 証跡台帳に書き込めません
