//! What the contract says about errors: which reasons are retryable, and what a code without a reason means. prost
//! leaves out the options of the contract, so they stand here; a test compares them with error.proto.
use asyncgate_proto::asyncgate::v1::ErrorReason;
use tonic::Code;

/// Reasons from this number on are faults of the server; below it, the caller has to change something.
const SERVER_REASONS_FROM: i32 = 80;

pub(crate) fn is_retryable_reason(reason: ErrorReason) -> bool {
    use ErrorReason as Reason;
    matches!(
        reason,
        Reason::RateLimited
            | Reason::SlowConsumer
            | Reason::Overloaded
            | Reason::Unavailable
            | Reason::DeadlineExceeded
    )
}

pub(crate) fn is_server_reason(reason: ErrorReason) -> bool {
    reason as i32 >= SERVER_REASONS_FROM
}

/// Every error of the service has a reason, so an error without one comes from the way to it: a broken connection, a
/// proxy. It is retryable unless the service uses its code for errors that are not.
pub(crate) fn is_retryable_code(code: Code) -> bool {
    !matches!(
        code,
        Code::InvalidArgument
            | Code::NotFound
            | Code::AlreadyExists
            | Code::PermissionDenied
            | Code::ResourceExhausted
            | Code::FailedPrecondition
            | Code::Unimplemented
            | Code::Internal
            | Code::Unauthenticated
    )
}

/// The reason that means the same as a code without a reason.
pub(crate) fn reason_of_code(code: Code) -> ErrorReason {
    match code {
        Code::Aborted | Code::Cancelled | Code::Unknown | Code::Unavailable => ErrorReason::Unavailable,
        Code::InvalidArgument => ErrorReason::InvalidArgument,
        Code::DeadlineExceeded => ErrorReason::DeadlineExceeded,
        Code::PermissionDenied => ErrorReason::PermissionDenied,
        Code::Unauthenticated => ErrorReason::Unauthenticated,
        Code::Internal => ErrorReason::Internal,
        _ => ErrorReason::Unspecified,
    }
}

/// `TASK_NOT_FOUND`; `REASON_99` for a reason that is newer than this kit.
pub(crate) fn name_of_reason(number: i32) -> String {
    ErrorReason::try_from(number).map_or_else(
        |_| format!("REASON_{number}"),
        |reason| reason.as_str_name().trim_start_matches("ERROR_REASON_").to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Each reason of the contract, with its options.
    fn contract() -> Vec<(ErrorReason, i32, bool)> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto/asyncgate/v1/error.proto");
        let text = std::fs::read_to_string(path).expect("the contract is in the repository");
        let reasons: Vec<_> = text
            .split("\n  ERROR_REASON_")
            .skip(2)
            .map(|part| {
                let name = format!("ERROR_REASON_{}", part.split_whitespace().next().unwrap());
                let options = &part[..part.find("}];").unwrap()];
                let (_, code) = options.split_once("grpc_code: ").unwrap();
                let code = code.lines().next().unwrap().parse().unwrap();
                (ErrorReason::from_str_name(&name).unwrap(), code, options.contains("retryable: true"))
            })
            .collect();
        assert!(reasons.len() > 30);
        reasons
    }

    #[test]
    fn the_retryable_reasons_are_those_of_the_contract() {
        for (reason, _, is_retryable) in contract() {
            assert_eq!(is_retryable_reason(reason), is_retryable, "{reason:?}");
        }
    }

    #[test]
    fn a_code_is_retryable_unless_the_contract_uses_it_for_what_is_not() {
        let finals: BTreeSet<_> = contract().iter().filter(|(_, _, retryable)| !retryable).map(|one| one.1).collect();
        for code in 1..=16 {
            assert_eq!(is_retryable_code(Code::from(code)), !finals.contains(&code), "{code}");
        }
    }

    #[test]
    fn the_reason_of_a_code_has_that_code() {
        for (reason, code, _) in contract() {
            let found = reason_of_code(Code::from(code));
            assert!(found != reason || contract().iter().any(|(one, its, _)| *one == found && *its == code));
        }
        assert_eq!(reason_of_code(Code::Unknown), ErrorReason::Unavailable);
    }

    #[test]
    fn a_newer_reason_has_a_name() {
        assert_eq!(name_of_reason(ErrorReason::TaskNotFound as i32), "TASK_NOT_FOUND");
        assert_eq!(name_of_reason(9_999), "REASON_9999");
    }
}
