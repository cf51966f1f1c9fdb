//! A bucket as a listing of buckets names it.

use super::Timestamp;

/// One bucket of the account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bucket {
    pub name: String,
    pub created: Option<Timestamp>,
    /// Where it lives, if the service says so.
    pub region: Option<String>,
}

/// Whether a name is a directory bucket's (S3 Express One Zone): it ends in `--x-s3`.
///
/// Source: S3 User Guide, "Directory bucket naming rules".
pub fn is_directory_bucket(name: &str) -> bool {
    name.ends_with("--x-s3")
}

/// The region of a directory bucket, from the zone in its name: `use1-az4` is in `us-east-1`. `None` for other names,
/// and for zones that are no region's.
///
/// Source: S3 User Guide, "Directory bucket naming rules"; Amazon EC2 User Guide, "Availability Zone IDs".
pub fn zone_region(bucket: &str) -> Option<String> {
    let (_, zone) = bucket.strip_suffix("--x-s3")?.rsplit_once("--")?;
    let (place, _) = zone.split_once("-az")?;
    let digits = place.find(|c: char| c.is_ascii_digit())?;
    let (letters, number) = place.split_at(digits);
    let continent = letters.get(..2)?;
    let direction = match letters.get(2..)? {
        "n" => "north",
        "s" => "south",
        "e" => "east",
        "w" => "west",
        "c" => "central",
        "ne" => "northeast",
        "nw" => "northwest",
        "se" => "southeast",
        "sw" => "southwest",
        _ => return None,
    };
    let is_number = number.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| format!("{continent}-{direction}-{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_in_a_name_tells_the_region() {
        let region = |name| zone_region(name).unwrap_or_default();
        assert_eq!(region("fast--use1-az4--x-s3"), "us-east-1");
        assert_eq!(region("my--own--usw2-az1--x-s3"), "us-west-2");
        assert_eq!(region("b--apne1-az1--x-s3"), "ap-northeast-1");
        assert_eq!(region("b--eun1-az1--x-s3"), "eu-north-1");
        for other in [
            "plain",
            "b--x-s3",
            "b--use1--x-s3",
            "b--é1-az1--x-s3",
            "--x-s3",
        ] {
            assert_eq!(region(other), "", "{other}");
        }
    }
}
