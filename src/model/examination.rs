//! What the doctor looked at and what it found. Knows no request.

use super::Timestamp;
use super::human::escape;

/// How one check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    Ok,
    /// The action is not allowed.
    Denied,
    Failed,
    /// The server deviates, and something is done about it.
    Quirk,
    /// Could not or was not to be tried.
    Skipped,
}

impl Status {
    /// The word for it, on screen and in machine output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Denied => "denied",
            Self::Failed => "failed",
            Self::Quirk => "quirk",
            Self::Skipped => "skipped",
        }
    }
}

/// The name of the check that is there only where something could not be removed.
pub const LEFT: &str = "left behind";

/// One line of an examination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Two or three words: `list uploads`.
    pub name: &'static str,
    pub status: Status,
    /// The permission that it needs, if it needs one.
    pub iam_action: Option<&'static str>,
    /// What was found. May hold text from the service: escaped when shown.
    pub detail: String,
    /// What is done about it, or what to do; empty if nothing.
    pub remedy: String,
}

/// What to examine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checkup {
    /// `None`: the first bucket of the account.
    pub bucket: Option<String>,
    /// Also what needs an upload of one's own; it leaves nothing behind.
    pub write: bool,
}

/// Who asked, and where. No secret is in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Setting {
    pub profile: Option<String>,
    /// The region asked first.
    pub region: Option<String>,
    /// The custom endpoint, without user information; `None`: AWS.
    pub endpoint: Option<String>,
    /// The provider whose rules hold.
    pub provider: Option<String>,
    /// Which provider of the chain gave the credentials.
    pub credentials_from: Option<String>,
    /// The access key ID's last four characters; `None` when requests are not signed.
    pub access_key_tail: Option<String>,
    pub credentials_expire: Option<Timestamp>,
}

/// Everything that was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Examination {
    pub setting: Setting,
    /// The bucket whose permissions were tried.
    pub bucket: Option<String>,
    pub checks: Vec<Check>,
    /// A minimal policy (JSON) that allows what is done with the bucket: only looking, where nothing may be
    /// changed. Empty while no bucket is known.
    pub policy: String,
    /// What its own upload would leave, were it ended by force now.
    pub begun: Option<Check>,
    /// `None` while it goes on.
    pub ended: Option<Timestamp>,
}

impl Examination {
    /// How many checks went so.
    pub fn count(&self, status: Status) -> usize {
        let so = self.checks.iter().filter(|check| check.status == status);
        so.count()
    }

    /// Whether something is denied or failed.
    pub fn is_ill(&self) -> bool {
        self.count(Status::Denied) + self.count(Status::Failed) > 0
    }

    /// One sentence on all of it.
    pub fn verdict(&self) -> String {
        let (denied, failed) = (self.count(Status::Denied), self.count(Status::Failed));
        let (quirks, skipped) = (self.count(Status::Quirk), self.count(Status::Skipped));
        let parts = [
            (self.count(Status::Ok), "in order"),
            (denied, "denied"),
            (failed, "failed"),
            (quirks, if quirks == 1 { "quirk" } else { "quirks" }),
            (skipped, "not tried"),
        ];
        let told = parts.iter().filter(|(count, _)| *count > 0);
        let told: Vec<String> = told
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        told.join(", ")
    }

    /// All of it as Markdown, for a ticket: texts from the service are escaped.
    pub fn markdown(&self) -> String {
        let cell = |text: &str| escape(text).replace('|', "\\|");
        let mut text = String::from("## mopup doctor\n\n");
        let setting = &self.setting;
        for (name, value) in [
            ("profile", &setting.profile),
            ("region", &setting.region),
            ("endpoint", &setting.endpoint),
            ("provider", &setting.provider),
            ("bucket", &self.bucket),
        ] {
            if let Some(value) = value {
                text.push_str(&format!("- {name}: {}\n", escape(value)));
            }
        }
        if let Some(at) = self.ended {
            text.push_str(&format!("- time: {}\n", at.rfc3339()));
        }
        text.push_str(
            "\n| status | check | IAM action | found | what about it |\n|---|---|---|---|---|\n",
        );
        for check in &self.checks {
            text.push_str(&format!(
                "| {} | {} | {} | {} | {} |\n",
                check.status.word(),
                check.name,
                check.iam_action.unwrap_or("-"),
                cell(&check.detail),
                cell(&check.remedy),
            ));
        }
        if !self.policy.is_empty() {
            text.push_str(&format!(
                "\nA minimal policy:\n\n```json\n{}\n```\n",
                self.policy.trim_end()
            ));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_for_a_ticket_is_a_table_that_no_detail_breaks() {
        let check = Check {
            name: "list uploads",
            status: Status::Denied,
            iam_action: Some("s3:ListBucketMultipartUploads"),
            detail: "a | b\nc".to_owned(),
            remedy: String::new(),
        };
        let examination = Examination {
            bucket: Some("attic".to_owned()),
            checks: vec![check],
            policy: "{}\n".to_owned(),
            ..Examination::default()
        };
        let text = examination.markdown();
        let row = text.lines().find(|line| line.starts_with("| denied"));
        let row = row.unwrap();
        assert!(row.contains("a \\| b\\nc"), "{row}");
        assert!(text.ends_with("```json\n{}\n```\n"), "{text}");
        assert_eq!(examination.verdict(), "1 denied");
        assert!(examination.is_ill());
    }
}
