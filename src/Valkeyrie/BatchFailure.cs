namespace Valkeyrie;

/// <summary>What the failure of a transaction means for the writes that it gathered.</summary>
internal static class BatchFailure
{
    /// <summary>True if the store has refused the transaction for what it says, so that none of it was made and a part of it may be taken.</summary>
    public static bool MayDivide(KvException error) => !error.NotSent && error.Code
        is KvErrorCode.InvalidArgument
        or KvErrorCode.PermissionDenied
        or KvErrorCode.QuotaExceeded
        or KvErrorCode.NotSupported
        or KvErrorCode.IsDirectory
        or KvErrorCode.NotDirectory
        or KvErrorCode.KeyNotFound
        or KvErrorCode.LeaseNotFound;

    /// <summary>The same failure as that of one write.</summary>
    /// <param name="error">The transaction's failure.</param>
    /// <param name="key">The key of the write.</param>
    public static KvException Of(KvException error, string key) => error switch
    {
        KvUnreachableException unreachable => new KvUnreachableException(unreachable.Reason, error.Message, error) { Key = key, Endpoint = error.Endpoint, NotSent = error.NotSent },
        KvTimeoutException => new KvTimeoutException(error.Message, error) { Key = key, Endpoint = error.Endpoint, NotSent = error.NotSent },
        _ => new KvException(error.Code, error.Message, error) { Key = key, Endpoint = error.Endpoint, NotSent = error.NotSent },
    };
}
