//! What is printed on a sheet, in Japanese and English.

use ids::{SiteId, Timestamp};
use zeroize::Zeroizing;

use super::{Half, HalfNumber};

/// What a sheet says beside its half.
#[derive(Debug, Clone)]
pub struct Sheet<'a> {
    /// The site's id.
    pub site: &'a SiteId,
    /// The hospital's name.
    pub name: &'a str,
    /// When it was made.
    pub made: Timestamp,
}

/// The longest name that is printed, in characters; the paper is 80 wide.
const LONGEST_NAME: usize = 60;

impl Half {
    /// The sheet as plain text, 80 columns wide.
    pub fn page(&self, sheet: &Sheet<'_>) -> Zeroizing<String> {
        let number = self.number();
        let other = match number {
            HalfNumber::One => HalfNumber::Two,
            HalfNumber::Two => HalfNumber::One,
        };
        let name: String = sheet
            .name
            .chars()
            .filter(|c| !c.is_control())
            .take(LONGEST_NAME)
            .collect();
        let text = self.to_text();
        let groups = Zeroizing::new(text.replace('\n', "\n        "));
        Zeroizing::new(format!(
            "================================================================================
 Sekisho 復旧キット / recovery kit                       {number} 枚目(全 2 枚) / sheet {number} of 2
================================================================================
 施設 / site      {name} ({site})
 番号 / number    {id}
 作成 / made      {made}

        {groups}

 ・この紙と {other} 枚目は、別々の人が、別々の場所で、封をして保管してください。
   1 枚だけでは何もできません。2 枚そろうと、復元後の再開、鍵の失効、録画とバックアップの
   読み出しができます。
 ・保守業者には渡さないでください。写真に撮らず、コピーせず、画面に残さないでください。
 ・読めることは「sekisho site kit test」で、中身を明かさずに確かめられます。
 ・使ったとき、1 枚でも失くしたとき、見られたおそれのあるときは、新しいキットを作ります。

 - Keep this sheet and sheet {other} sealed, with different people, in different places.
   One sheet alone tells nothing. Both together resume the site after a restore, revoke
   its keys, and read its recordings and backups.
 - Never give it to a vendor. Do not photograph or copy it, or leave it on a screen.
 - `sekisho site kit test` shows that it is readable without exposing it.
 - Make a new kit after using this one, if a sheet is lost, or may have been seen.
================================================================================
",
            site = sheet.site,
            id = self.id(),
            made = sheet.made,
            groups = *groups,
        ))
    }
}
