//! What stands in the results without having come from a desk: intake, notes, policy, and what earlier issues said.
//!
//! Metrics, findings and everything else that people act on follow from rewritten rows; they are left alone, since a check of
//! the pack makes them again from those rows. The patterns are complete: a new field must be decided on here.

use super::Pseudonyms;
use crate::results::{ChangeSet, ChangedFinding, ExceptionDelta, Gap, Intake, MetricDelta, Note, ObjectIntake, PolicyLine, RejectReason, Restatement, Results};

impl Pseudonyms {
    /// Rewrites what did not come from a desk.
    pub fn results(&self, results: &mut Results) {
        self.intake(&mut results.intake);
        for Note { topic: _, text } in &mut results.notes {
            self.put(text);
        }
        for PolicyLine { name: _, value, origin: _, from: _ } in &mut results.policy {
            self.put(value);
        }
    }

    /// Rewrites what issues of other days said, and what was told of them.
    pub fn earlier(&self, results: &mut Results) {
        for Restatement { period: _, metric: _, line: _, issue: _, issued_as_of: _, old, new, cause } in &mut results.restatements {
            [old, new, cause].into_iter().for_each(|text| self.put(text));
        }
        if let Some(changes) = &mut results.changes_since {
            self.changes(changes);
        }
    }

    fn intake(&self, intake: &mut Intake) {
        let Intake { sources: _, objects, object_count: _, gaps, rejects, anchors: _, unmapped } = intake;
        for ObjectIntake { source: _, key, bytes: _, sha256: _, format: _, read: _, rejected: _, fault } in objects {
            self.put(key);
            self.put(fault);
        }
        for Gap { source: _, day: _, state: _, reason } in gaps {
            self.put(reason);
        }
        for RejectReason { source: _, reason, count: _, example } in rejects.iter_mut().chain(unmapped) {
            self.put(reason);
            self.put(example);
        }
    }

    fn changes(&self, changes: &mut ChangeSet) {
        let ChangeSet { since: _, period: _, as_of: _, findings_new, findings_resolved, findings_worsened, not_compared: _, metrics, exceptions } = changes;
        let findings = findings_new.iter_mut().chain(findings_resolved).chain(findings_worsened);
        for ChangedFinding { metric: _, identity, label, reason, severity: _, severity_before: _, first_seen: _ } in findings {
            [identity, label, reason].into_iter().for_each(|text| self.put(text));
        }
        for MetricDelta { metric: _, line: _, old, new, cause: _, old_verdict: _, new_verdict: _ } in metrics {
            self.put(old);
            self.put(new);
        }
        for ExceptionDelta { entry, old: _, new: _ } in exceptions {
            self.put(entry);
        }
    }
}
