namespace Valkeyrie;

/// <summary>Interprets the failure of a transaction for each write that it contained.</summary>
internal static class BatchFailure
{
    /// <summary>Checks whether the store refused the transaction for its content: no part of it was applied, and a smaller part may be accepted.</summary>
    public static bool MayDivide(KvException error) => !error.NotSent && error.Code
        is KvErrorCode.InvalidArgument
        or KvErrorCode.PermissionDenied
        or KvErrorCode.QuotaExceeded
        or KvErrorCode.NotSupported
        or KvErrorCode.IsDirectory
        or KvErrorCode.NotDirectory
        or KvErrorCode.KeyNotFound
        or KvErrorCode.LeaseNotFound;

    /// <summary>Converts a transaction's failure to the failure of one of its writes.</summary>
    /// <param name="error">The transaction's failure.</param>
    /// <param name="key">The key of the write.</param>
    public static KvException Of(KvException error, string key) => error switch
    {
        KvUnreachableException unreachable => new KvUnreachableException(unreachable.Reason, error.Message, error) { Key = key, Endpoint = error.Endpoint, NotSent = error.NotSent },
        KvTimeoutException => new KvTimeoutException(error.Message, error) { Key = key, Endpoint = error.Endpoint, NotSent = error.NotSent },
        _ => new KvException(error.Code, error.Message, error) { Key = key, Endpoint = error.Endpoint, NotSent = error.NotSent },
    };
}
