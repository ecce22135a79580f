//! Columns that no pseudonym may enter: their words are the program's own, or ids of things, and the queries compare with
//! them. A person called `success` must not change a figure. Every other text column is rewritten, a new one too.

const VOCABULARY: [&str; 59] = [
    "act",
    "actor_kind",
    "app_id",
    "approval",
    "area",
    "arrival",
    "asked",
    "attempts_excluded",
    "category",
    "cell_state",
    "class_reason",
    "cohort",
    "condition",
    "constrained",
    "country",
    "deadline",
    "duty",
    "effect",
    "ending",
    "entry_state",
    "excluded",
    "field_name",
    "finding",
    "grants",
    "holds",
    "measure",
    "method",
    "method_strength",
    "mfa_required",
    "movement",
    "narrowed_by",
    "object_kind",
    "origin",
    "outcome",
    "period_id",
    "policy_effect",
    "policy_id",
    "policy_state",
    "population",
    "privileged_excluded",
    "privileged_then",
    "reason",
    "refusal",
    "registered",
    "retired",
    "run_kind",
    "satisfied_by",
    "sha256",
    "source",
    "source_kind",
    "status",
    "stream",
    "strongest",
    "target_key",
    "tenant",
    "threshold_key",
    "unmatched",
    "usable",
    "use_class",
];

pub(super) fn is_vocabulary(column: &str) -> bool {
    VOCABULARY.contains(&column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table;

    #[test]
    fn every_word_of_the_list_is_a_column() {
        let known: Vec<&str> = table::all().iter().flat_map(|t| t.columns).map(|c| c.name).collect();
        let stray: Vec<&&str> = VOCABULARY.iter().filter(|c| !known.contains(*c)).collect();
        assert!(stray.is_empty(), "{stray:?}");
    }

    #[test]
    fn columns_that_name_people_are_not_in_the_list() {
        let personal =
            ["identity_id", "label", "person_id", "owner", "requestor", "approvers", "implementer", "actor", "actor_id", "actor_name", "target_id", "ip", "place", "places"];
        assert!(personal.iter().all(|c| !is_vocabulary(c)));
    }
}
