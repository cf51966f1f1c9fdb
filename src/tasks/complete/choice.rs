//! Which of the listed parts an object is to be made of. Pure.

use std::collections::HashMap;

use super::look::refused;
use crate::model::orphan::Choice;
use crate::model::{Part, Target, human};
use crate::protocol::Fault;

/// Those that were chosen of `parts`, by number. What somebody's own list names and is not there as it says is an
/// error.
pub(super) fn chosen(
    parts: Vec<Part>,
    choice: &Choice,
    target: &Target,
) -> Result<Vec<Part>, Fault> {
    match choice {
        Choice::All => Ok(parts),
        Choice::UpTo(last) => {
            let kept = parts.into_iter().filter(|part| part.number <= *last);
            Ok(kept.collect())
        }
        Choice::Listed(listed) => named(parts, listed, target),
    }
}

fn named(parts: Vec<Part>, listed: &[(u32, String)], target: &Target) -> Result<Vec<Part>, Fault> {
    let wrong = |message: String| Err(refused(target, &message, "list the parts again"));
    if !listed.is_sorted_by(|(one, _), (next, _)| one < next) {
        return wrong("the parts named are not in ascending order, or name one twice".to_owned());
    }
    let mut held: HashMap<u32, Part> = parts.into_iter().map(|part| (part.number, part)).collect();
    let mut found = Vec::with_capacity(listed.len());
    let mut problems = Vec::new();
    for (number, etag) in listed {
        match held.remove(number) {
            None => problems.push(format!(
                "part {} is not there",
                human::count(u64::from(*number))
            )),
            Some(part) if part.etag != *etag => problems.push(format!(
                "part {} has the ETag {} and not {etag}",
                human::count(u64::from(*number)),
                part.etag
            )),
            Some(part) => found.push(part),
        }
    }
    match problems.len() {
        0 => Ok(found),
        1 => wrong(problems.swap_remove(0)),
        count => wrong(format!(
            "{} (and {} more that are not as they are named)",
            problems[0],
            human::count(count as u64 - 1)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(number: u32) -> Part {
        Part {
            number,
            size: 1,
            etag: format!("e{number}"),
            last_modified: None,
            checksum: None,
        }
    }

    fn choose(choice: &Choice) -> Result<Vec<u32>, String> {
        let target = Target {
            bucket: "b".to_owned(),
            key: "k".to_owned(),
            upload_id: "u".to_owned(),
        };
        let found = chosen([1, 2, 5].map(part).to_vec(), choice, &target);
        found
            .map(|parts| parts.iter().map(|part| part.number).collect())
            .map_err(|fault| fault.message)
    }

    fn listed(names: &[(u32, &str)]) -> Choice {
        let own = |(number, etag): &(u32, &str)| (*number, (*etag).to_owned());
        Choice::Listed(names.iter().map(own).collect())
    }

    #[test]
    fn all_a_beginning_or_a_list_can_be_chosen() {
        assert_eq!(choose(&Choice::All).unwrap(), [1, 2, 5]);
        assert_eq!(choose(&Choice::UpTo(4)).unwrap(), [1, 2]);
        assert_eq!(choose(&listed(&[(2, "e2"), (5, "e5")])).unwrap(), [2, 5]);
    }

    #[test]
    fn what_is_not_as_it_is_listed_is_named() {
        let told = |names: &[(u32, &str)]| choose(&listed(names)).unwrap_err();
        assert_eq!(told(&[(3, "e3")]), "part 3 is not there");
        assert_eq!(told(&[(5, "x")]), "part 5 has the ETag e5 and not x");
        assert!(
            told(&[(1, "x"), (2, "e2"), (9, "")])
                .ends_with("(and 1 more that are not as they are named)")
        );
        assert!(told(&[(2, "e2"), (1, "e1")]).contains("ascending"));
        assert!(told(&[(2, "e2"), (2, "e2")]).contains("twice"));
    }
}
