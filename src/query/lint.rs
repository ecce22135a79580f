//! Every fault of the corpus: contract, tables, and the constructs that engines answer differently.
//!
//! Polars SQL gives wrong answers without an error for some statements; these are refused here by
//! parsing each file, so that a query can only be written in the subset that all engines share.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, Function, FunctionArguments, Join, JoinConstraint, JoinOperator, OrderByKind, Query as Sql, SelectItem, SetExpr, Statement, TableFactor, Visit, Visitor, WindowType,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

use super::{Corpus, Query};
use crate::derive::Fact;
use crate::table;

/// Columns that a fold uses; every other column of a query must be declared as a dimension.
const CONTRACT: [&str; 28] = [
    "subject",
    "label",
    "line",
    "verdict",
    "reason",
    "weight",
    "category",
    "bucket",
    "due_at",
    "met_at",
    "status",
    "part",
    "entry",
    "exit",
    "exit_by",
    "ended",
    "severity",
    "first_seen",
    "last_seen",
    "floor",
    "least",
    "day",
    "observed",
    "false_alarms",
    "place",
    "how",
    "evidence",
    "ticket",
];

/// All faults, in file order.
#[must_use]
pub fn lint(corpus: &Corpus) -> Vec<String> {
    let mut faults = Vec::new();
    let mut titles = BTreeSet::new();
    for q in &corpus.queries {
        let mut found = lint_query(q);
        if !titles.insert(&q.title) {
            found.push(format!("title `{}` is used twice", q.title));
        }
        faults.extend(found.into_iter().map(|f| format!("query `{}`: {f}", q.id)));
    }
    faults
}

/// Faults of one query.
#[must_use]
pub fn lint_query(q: &Query) -> Vec<String> {
    let mut faults = header(q);
    match parsed(&q.sql) {
        Ok(sql) => {
            faults.extend(outcome(q, &sql));
            faults.extend(constructs(&sql, &q.reads));
        }
        Err(fault) => faults.push(fault),
    }
    faults
}

/// The one SELECT of a file.
pub(super) fn parsed(text: &str) -> Result<Sql, String> {
    let mut statements = Parser::parse_sql(&GenericDialect {}, text).map_err(|e| format!("is not SQL: {e}"))?;
    match (statements.pop(), statements.is_empty()) {
        (Some(Statement::Query(sql)), true) => Ok(*sql),
        _ => Err("must hold exactly one SELECT".to_owned()),
    }
}

/// Tables against those declared, and what is outside the portable subset.
pub(super) fn constructs(sql: &Sql, reads: &[String]) -> Vec<String> {
    let mut inspector = Inspector::default();
    let _: ControlFlow<()> = sql.visit(&mut inspector);
    let used: BTreeSet<String> = inspector.tables.difference(&inspector.ctes).cloned().collect();
    let declared: BTreeSet<String> = reads.iter().cloned().collect();
    let mut faults = Vec::new();
    faults.extend(used.difference(&declared).map(|t| format!("reads table `{t}` without declaring it in `reads`")));
    faults.extend(declared.difference(&used).map(|t| format!("declares table `{t}` in `reads` and does not read it")));
    faults.extend(inspector.faults);
    faults
}

fn header(q: &Query) -> Vec<String> {
    let mut faults = Vec::new();
    let snake = |t: &str| !t.is_empty() && t.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !snake(&q.name) {
        faults.push(format!("name `{}` is not snake_case", q.name));
    }
    if !["higher", "lower", "none"].contains(&q.better.as_str()) {
        faults.push(format!("better `{}` is not one of higher, lower, none", q.better));
    }
    if q.lines.is_empty() {
        faults.push("declares no line".to_owned());
    }
    faults.extend(unknown(&q.reads, q.needs.iter().chain(q.lines.iter().flat_map(|l| &l.needs))));
    for c in q.controls.iter().filter(|c| c.split_once(':').is_none_or(|(framework, id)| framework.is_empty() || id.is_empty())) {
        faults.push(format!("control `{c}` is not written as FRAMEWORK:ID"));
    }
    faults
}

/// Tables and facts that do not exist.
pub(super) fn unknown<'n>(reads: &[String], needs: impl Iterator<Item = &'n String>) -> Vec<String> {
    let tables = reads.iter().filter(|t| table::named(t).is_none()).map(|t| format!("reads `{t}`, which is no table"));
    let facts = needs.filter(|n| Fact::named(n).is_none()).map(|n| format!("needs `{n}`, which is none of {}", Fact::ALL.map(|(_, n)| n).join(", ")));
    tables.chain(facts).collect()
}

/// The columns the outer SELECT gives, against the contract of the kind.
fn outcome(q: &Query, sql: &Sql) -> Vec<String> {
    let mut faults = Vec::new();
    let columns = output(&sql.body);
    let mut wanted: Vec<&str> = q.kind.columns().to_vec();
    wanted.push("line");
    for c in wanted.into_iter().filter(|c| !columns.iter().any(|o| o == c)) {
        faults.push(format!("column `{c}` is missing; kind `{}` needs {} and `line`", q.kind.name(), q.kind.columns().join(", ")));
    }
    for c in columns.iter().filter(|c| !CONTRACT.contains(&c.as_str()) && !q.dimensions.contains(c)) {
        faults.push(format!("column `{c}` is neither part of the contract nor a declared dimension"));
    }
    for d in q.dimensions.iter().filter(|d| !columns.contains(d)) {
        faults.push(format!("dimension `{d}` is not a column"));
    }
    faults.extend(unordered(sql).map(str::to_owned));
    faults
}

/// Why the rows have no order that all engines share.
pub(super) fn unordered(sql: &Sql) -> Option<&'static str> {
    match sql.order_by.as_ref().map(|order| &order.kind) {
        Some(OrderByKind::Expressions(by)) if by.iter().all(|e| e.options.nulls_first.is_some()) => None,
        Some(_) => Some("ORDER BY must say NULLS FIRST or NULLS LAST for every column: engines differ"),
        None => Some("must end in ORDER BY, so that its rows have one order"),
    }
}

/// Names of the columns that a SELECT gives.
pub(super) fn output(body: &SetExpr) -> Vec<String> {
    match body {
        SetExpr::Select(s) => s
            .projection
            .iter()
            .map(|item| match item {
                SelectItem::ExprWithAlias { alias, .. } => alias.value.clone(),
                SelectItem::UnnamedExpr(Expr::Identifier(i)) => i.value.clone(),
                SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => parts.last().map(|p| p.value.clone()).unwrap_or_default(),
                other => other.to_string(),
            })
            .collect(),
        SetExpr::SetOperation { left, .. } => output(left),
        SetExpr::Query(q) => output(&q.body),
        _ => Vec::new(),
    }
}

#[derive(Default)]
struct Inspector {
    tables: BTreeSet<String>,
    ctes: BTreeSet<String>,
    faults: Vec<String>,
}

impl Inspector {
    fn refuse(&mut self, what: &str) {
        if !self.faults.iter().any(|f| f == what) {
            self.faults.push(what.to_owned());
        }
    }

    fn join(&mut self, join: &Join) {
        let (outer, constraint) = match &join.join_operator {
            JoinOperator::Left(c) | JoinOperator::LeftOuter(c) | JoinOperator::Right(c) | JoinOperator::RightOuter(c) | JoinOperator::FullOuter(c) => (true, c),
            JoinOperator::Join(c) | JoinOperator::Inner(c) => (false, c),
            JoinOperator::CrossJoin(_) => return,
            _ => return self.refuse("uses a join that not every engine knows: use JOIN, LEFT JOIN or CROSS JOIN"),
        };
        if let JoinConstraint::On(on) = constraint
            && outer
            && !equalities(on)
        {
            self.refuse("uses an outer join whose ON is more than equalities: Polars silently drops the rows without a match");
        }
    }

    fn function(&mut self, f: &Function) {
        let name = f.name.to_string().to_uppercase();
        const KNOWN: [&str; 24] = [
            "COUNT",
            "SUM",
            "MIN",
            "MAX",
            "AVG",
            "MEDIAN",
            "COALESCE",
            "NULLIF",
            "CONCAT",
            "UPPER",
            "LOWER",
            "SUBSTR",
            "ABS",
            "GREATEST",
            "LEAST",
            "ROW_NUMBER",
            "RANK",
            "LAG",
            "LEAD",
            "FIRST_VALUE",
            "LENGTH",
            "STRFTIME",
            "TRIM",
            "REPLACE",
        ];
        if !KNOWN.contains(&name.as_str()) {
            self.refuse(&format!("calls `{name}`, which is outside the portable subset ({})", KNOWN.join(", ")));
        }
        if let Some(WindowType::WindowSpec(w)) = &f.over {
            let arguments = match &f.args {
                FunctionArguments::List(l) => l.args.iter().map(ToString::to_string).collect::<String>(),
                _ => String::new(),
            };
            if ["COUNT(", "SUM(", "MIN(", "MAX(", "AVG("].iter().any(|a| arguments.to_uppercase().contains(a)) {
                self.refuse("uses a window over an aggregate: group in a subquery first");
            }
            if ["SUM", "COUNT", "AVG", "MIN", "MAX"].contains(&name.as_str()) && !w.order_by.is_empty() && w.window_frame.is_none() {
                self.refuse("uses a running aggregate without ROWS BETWEEN: the default frame differs between engines");
            }
        }
    }
}

fn equalities(on: &Expr) -> bool {
    use sqlparser::ast::BinaryOperator::{And, Eq};
    match on {
        Expr::BinaryOp { left, op: And, right } => equalities(left) && equalities(right),
        Expr::BinaryOp { left, op: Eq, right } => column(left) && column(right),
        Expr::Nested(inner) => equalities(inner),
        _ => false,
    }
}

fn column(e: &Expr) -> bool {
    matches!(e, Expr::Identifier(_) | Expr::CompoundIdentifier(_))
}

impl Visitor for Inspector {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Sql) -> ControlFlow<()> {
        if let Some(with) = &query.with {
            if with.recursive {
                self.refuse("uses WITH RECURSIVE, which Polars does not know");
            }
            self.ctes.extend(with.cte_tables.iter().map(|c| c.alias.name.value.clone()));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        match factor {
            TableFactor::Table { name, args: None, .. } => drop(self.tables.insert(name.to_string())),
            TableFactor::Derived { .. } | TableFactor::NestedJoin { .. } => {}
            other => self.refuse(&format!("reads `{other}`: only tables and subqueries are allowed, no table functions")),
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &sqlparser::ast::Select) -> ControlFlow<()> {
        for t in &select.from {
            for j in &t.joins {
                self.join(j);
            }
        }
        if select.projection.iter().any(|p| matches!(p, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..))) {
            self.refuse("uses `*`: name the columns");
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, e: &Expr) -> ControlFlow<()> {
        match e {
            Expr::Function(f) => self.function(f),
            Expr::IsTrue(_) | Expr::IsFalse(_) | Expr::IsNotTrue(_) | Expr::IsNotFalse(_) => {
                self.refuse("uses IS [NOT] TRUE or FALSE: Polars drops NULLs; write COALESCE(x, FALSE)");
            }
            Expr::Exists { .. } | Expr::Subquery(_) | Expr::InSubquery { .. } => self.refuse("uses a subquery as an expression: join instead"),
            Expr::Tuple(_) => self.refuse("uses a tuple"),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(select: &str) -> Vec<String> {
        let text = format!(
            "-- ---\n-- id = \"K0\"\n-- name = \"n\"\n-- title = \"t\"\n-- kind = \"ratio\"\n-- better = \"higher\"\n-- reads = [\"population\"]\n-- about = \"a\"\n-- lines = [{{ id = \"all\", title = \"All\" }}]\n-- ---\n{select}"
        );
        lint(&Corpus { queries: vec![Query::parse("K0", &text).unwrap()] })
    }

    const GOOD: &str = "SELECT p.identity_id AS subject, 'all' AS line, 'yes' AS verdict, '' AS reason FROM population p ORDER BY subject NULLS LAST";

    #[test]
    fn a_query_in_the_subset_has_no_fault() {
        assert_eq!(faults(GOOD), Vec::<String>::new());
    }

    #[test]
    fn each_trap_is_refused_by_name() {
        for (select, part) in [
            (GOOD.replace(" ORDER BY subject NULLS LAST", ""), "ORDER BY"),
            (GOOD.replace(" NULLS LAST", ""), "NULLS"),
            (GOOD.replace("FROM population p", "FROM population p LEFT JOIN population q ON p.identity_id = q.identity_id AND p.started_at < q.started_at"), "outer join"),
            (GOOD.replace("'yes'", "CASE WHEN (p.privileged) IS NOT TRUE THEN 'no' ELSE 'yes' END"), "IS [NOT] TRUE"),
            (GOOD.replace("'yes'", "ROUND(2.5)"), "ROUND"),
            (GOOD.replace("FROM population p", "FROM read_csv('/etc/hostname') p"), "table functions"),
            (GOOD.replace("FROM population p", "FROM period p"), "without declaring"),
            (GOOD.replace("'yes' AS verdict, ", ""), "column `verdict` is missing"),
            (GOOD.replace("'' AS reason", "'' AS reason, p.department"), "neither part of the contract"),
            (format!("{GOOD}; DROP TABLE population"), "exactly one SELECT"),
            ("DROP TABLE population".to_owned(), "exactly one SELECT"),
            (GOOD.replace("'yes'", "(SELECT MAX(q.identity_id) FROM population q)"), "subquery as an expression"),
            (GOOD.replace("'' AS reason", "SUM(COUNT(p.identity_id)) OVER () AS reason"), "window over an aggregate"),
        ] {
            let found = faults(&select);
            assert!(found.iter().any(|f| f.contains(part)), "{select}\n{found:?}");
        }
    }
}
