using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;

namespace Valkeyrie.PowerShell.Errors;

/// <summary>Creates every error of the module, with its id, category and target. Ids do not change between versions.</summary>
internal static class ErrorRecords
{
    private const string NoWildcards = "Keys are read literally, including * and ?. List the keys with Get-KvTree and filter them with Where-Object Key -like.";

    /// <summary>Creates the error for a failure of a store. Its id is the code of the failure with the prefix <c>Kv</c>; its target is the key.</summary>
    /// <param name="exception">The failure.</param>
    /// <param name="target">The target if the failure has no key.</param>
    public static ErrorRecord From(KvException exception, object? target = null)
    {
        // Every failure of a store passes here on its way to the script.
        EndOfProcess.HoldIfAnnounced();
        var error = new ErrorRecord(exception, "Kv" + exception.Code, CategoryOf(exception.Code), exception.Key ?? target ?? exception.Endpoint);
        if (NextStep(exception) is { } next)
        {
            error.ErrorDetails = new ErrorDetails($"{exception.Message} {next}");
        }

        return error;
    }

    /// <summary>Creates the error for any failure of a command.</summary>
    public static ErrorRecord Of(Exception exception) => exception switch
    {
        CommandFailedException failed => failed.Error,
        KvException failure => From(failure),

        // PowerShell's own exceptions, such as that of a missing drive, contain an error. For any other exception PowerShell would create the same error.
        IContainsErrorRecord known => new ErrorRecord(known.ErrorRecord, exception),
        _ => new ErrorRecord(exception, exception.GetType().FullName, ErrorCategory.NotSpecified, null),
    };

    /// <summary>A name was used as a host, but no store is registered under it, and no such host exists.</summary>
    /// <param name="exception">The failure.</param>
    /// <param name="name">The argument.</param>
    public static ErrorRecord NeitherHostNorRegistered(KvUnreachableException exception, string name)
    {
        var error = From(exception, name);
        error.ErrorDetails = new ErrorDetails($"{exception.Message} No store is registered as '{name}' either: Get-KvStore -Registered lists the registered stores.");
        return error;
    }

    /// <summary>The name of a file was used as the host of a store.</summary>
    /// <param name="exception">The failure.</param>
    /// <param name="name">The argument.</param>
    public static ErrorRecord FileAsHost(KvUnreachableException exception, string name)
    {
        var error = From(exception, name);
        error.ErrorDetails = new ErrorDetails($"{exception.Message} '{name}' was read as the name of a server. To open a file: Connect-KvStore -Path {ArgumentText.Of(name)}.");
        return error;
    }

    /// <summary>A directory contains no keys.</summary>
    public static ErrorRecord DirectoryNotFound(KvKeyNotFoundException exception, string directory) => new(
        exception, "Kv" + exception.Code, CategoryOf(exception.Code), directory)
    {
        ErrorDetails = new ErrorDetails(
            (exception.Revision is null
                ? $"The directory '{directory}' does not exist: no key starts with '{directory.TrimEnd('/')}/'. "
                : $"The directory '{directory}' did not exist at revision {exception.Revision}: no key started with '{directory.TrimEnd('/')}/' then. ")
            + (LooksLikeWildcard(directory) ? NoWildcards : $"{ListingBeside(directory.TrimEnd('/'))} lists the existing keys.")),
    };

    /// <summary>A directory cannot be created in a store whose directories are only prefixes of keys.</summary>
    public static ErrorRecord NoEmptyDirectories(KvNotSupportedException exception, string directory) => new(
        exception, "Kv" + exception.Code, CategoryOf(exception.Code), directory)
    {
        ErrorDetails = new ErrorDetails($"This store has no empty directories: '{directory}' exists when a key in it exists. Write the key without creating the directory."),
    };

    /// <summary>An operation on many keys ended early.</summary>
    /// <param name="exception">The cause.</param>
    /// <param name="howFar">The progress, and how to continue.</param>
    public static ErrorRecord CutShort(KvException exception, string howFar)
    {
        var error = From(exception);
        error.ErrorDetails = new ErrorDetails($"{exception.Message} {howFar}");
        return error;
    }

    /// <summary>The content of a file is not valid.</summary>
    public static ErrorRecord InvalidFile(InvalidDataException exception, string path) => new(exception, "KvInvalidFile", ErrorCategory.InvalidData, path);

    /// <summary>A file could not be read or written.</summary>
    /// <param name="exception">An <see cref="IOException"/> or an <see cref="UnauthorizedAccessException"/>.</param>
    /// <param name="path">The file.</param>
    public static ErrorRecord FileFailed(Exception exception, string path) => new(
        exception,
        "KvFileFailed",
        exception switch
        {
            FileNotFoundException or DirectoryNotFoundException => ErrorCategory.ObjectNotFound,
            UnauthorizedAccessException => ErrorCategory.PermissionDenied,
            _ => ErrorCategory.OpenError,
        },
        path)
    {
        ErrorDetails = exception switch
        {
            FileNotFoundException => new ErrorDetails($"The file '{path}' does not exist. Check the spelling."),
            DirectoryNotFoundException => new ErrorDetails($"The folder of '{path}' does not exist. Check the spelling, or create the folder first."),
            _ => null,
        },
    };

    /// <summary>A key was omitted from a file because it could not be imported from there.</summary>
    public static ErrorRecord NotExported(KvInvalidArgumentException exception, string key)
    {
        var error = From(exception, key);
        error.ErrorDetails = new ErrorDetails($"{exception.Message} The file does not contain this key; all others are written. With -ErrorAction Stop, no file is written.");
        return error;
    }

    /// <summary>An open store already has this name.</summary>
    public static ErrorRecord StoreOpen(string name, string address) => new(
        new InvalidOperationException(
            $"The store {address} is open under the name '{name}'. Specify another name, or -Force to close it: this releases its locks and discards the data of a store in memory."),
        "KvStoreOpen",
        ErrorCategory.ResourceExists,
        name);

    /// <summary>Select-KvStore requires exactly one store.</summary>
    /// <param name="count">The number of specified stores.</param>
    /// <param name="names">Their names on one line.</param>
    public static ErrorRecord NotOneStore(int count, string names) => InvalidArgument(
        count == 0
            ? "No store was selected: the pipeline passed none. Get-KvStore lists the open stores."
            : $"Only one store can be current, not {count}: {names}. Specify one of them.");

    /// <summary>No store is connected that could be disconnected.</summary>
    public static ErrorRecord NotConnected() => new(
        new InvalidOperationException("No store is connected in this session. Get-KvStore lists the open stores; specify one with -Store."),
        "KvNotConnected",
        ErrorCategory.ConnectionError,
        null);

    /// <summary>A store is not open, or was not opened by Connect-KvStore.</summary>
    public static ErrorRecord StoreNotOpen(string address) => new(
        new ItemNotFoundException($"The store {address} was not opened by Connect-KvStore, or is closed. Get-KvStore lists the open stores."),
        "KvStoreNotFound",
        ErrorCategory.ObjectNotFound,
        address);

    /// <summary>No open store has this name.</summary>
    public static ErrorRecord StoreNotFound(string name) => new(
        new ItemNotFoundException($"No open store is named '{name}'. Get-KvStore lists the open stores, and Connect-KvStore opens one."),
        "KvStoreNotFound",
        ErrorCategory.ObjectNotFound,
        name);

    /// <summary>A transaction cannot contain this command.</summary>
    public static ErrorRecord NotInTransaction(string command, KvStoreInfo store)
    {
        var error = From(new KvNotSupportedException($"{command} in a transaction", store), command);
        error.ErrorDetails = new ErrorDetails(
            $"A transaction cannot contain {command}. Its blocks can contain Set-KvValue, Remove-KvValue and Get-KvValue. Specify conditions with -If.");
        return error;
    }

    /// <summary>No store is registered under this name.</summary>
    public static ErrorRecord StoreNotRegistered(string name) => new(
        new ItemNotFoundException($"No store is registered as '{name}'. Get-KvStore -Registered lists the registered stores."),
        "KvStoreNotRegistered",
        ErrorCategory.ObjectNotFound,
        name);

    /// <summary>A store is already registered under this name.</summary>
    public static ErrorRecord StoreRegistered(string name) => new(
        new InvalidOperationException($"A store is already registered as '{name}'. Use -Force to replace it."),
        "KvStoreRegistered",
        ErrorCategory.ResourceExists,
        name);

    /// <summary>Members of a cluster contain different data.</summary>
    /// <param name="address">The address of the cluster.</param>
    /// <param name="hashes">The different hashes on one line.</param>
    public static ErrorRecord MembersDiffer(string address, string hashes) => From(
        new KvException(
            KvErrorCode.CorruptStore,
            $"The members of {address} have different data at one revision: {hashes}. Save a snapshot of each, and replace the members that differ from the majority."),
        address);

    /// <summary>A rolling operation on all members requires that every member answers.</summary>
    /// <param name="endpoint">The endpoint that does not answer.</param>
    /// <param name="reason">The reason.</param>
    public static ErrorRecord MemberAway(string endpoint, string reason) => From(
        new KvUnreachableException(
            KvUnreachableReason.ConnectionFailed,
            $"{endpoint} does not answer: {reason} Nothing was changed: while another member is busy, the cluster could lose its majority. "
            + "Restart the member first, or specify the other members with -Endpoint.") { Endpoint = endpoint });

    /// <summary>A value cannot be read as JSON.</summary>
    public static ErrorRecord InvalidJson(string key, Exception cause) => new(
        new FormatException($"The value of '{key}' is not JSON: {cause.Message} Omit -AsJson to read it as text.", cause),
        "KvInvalidJson",
        ErrorCategory.InvalidData,
        key);

    /// <summary>A decrypted value is not JSON. The reason is left out, because it can contain a part of the value.</summary>
    public static ErrorRecord InvalidSealedJson(string key) => new(
        new FormatException($"The decrypted value of '{key}' is not JSON. Omit -AsJson to read it as text."),
        "KvInvalidJson",
        ErrorCategory.InvalidData,
        key);

    /// <summary>A value is not sealed, or not for this user.</summary>
    public static ErrorRecord NotOpened(string key, Exception cause) => new(
        new InvalidOperationException($"The value of '{key}' cannot be opened: {cause.Message} The value must be a message from Set-KvValue -Recipient or "
            + "Protect-CmsMessage, and you must have the private key of one of its recipients, in your certificate store or in the file of -Certificate.", cause),
        "KvNotOpened",
        ErrorCategory.SecurityError,
        key);

    /// <summary>An argument is not valid.</summary>
    public static ErrorRecord InvalidArgument(string message, object? target = null) => From(new KvInvalidArgumentException(message), target);

    /// <summary>Gets the next step in terms of the module's commands, which the failure itself does not know; null if the failure already states it.</summary>
    private static string? NextStep(KvException exception) => exception switch
    {
        KvKeyNotFoundException { CreateRevision: not null, Key: { } key } => $"Get-KvHistory {ArgumentText.Of(key)} lists its available revisions.",
        KvKeyNotFoundException { Revision: not null, Key: { } key } => $"{ListingBeside(key)} lists the keys that exist now.",
        KvKeyNotFoundException { Key: "" } => null,
        KvKeyNotFoundException { Key: { } key } => LooksLikeWildcard(key) ? NoWildcards : $"{ListingBeside(key)} lists the existing keys.",
        KvKeyExistsException => "To replace it, omit -NoClobber or -IfRevision 0; on a drive, use -Force.",
        KvCompactedException { Key: { Length: > 0 } key } => $"Specify an available revision: Get-KvHistory {ArgumentText.Of(key)} lists those of the key.",
        KvTimeoutException => "Check with Get-KvStore that the store is healthy. Connect-KvStore -Timeout allows more time.",
        KvUnreachableException { Reason: KvUnreachableReason.ConnectionLost or KvUnreachableReason.Unavailable } =>
            "Check that the store is healthy and try again; you do not have to reconnect.",
        KvUserNotFoundException => "Get-KvUser lists the existing users.",
        KvUserExistsException { Name: var name } => $"Set-KvUser {ArgumentText.Of(name)} changes its password.",
        KvRoleNotFoundException => "Get-KvRole lists the existing roles.",
        KvRoleExistsException { Name: var name } => $"Grant-KvPermission {ArgumentText.Of(name)} adds permissions to it.",
        KvFileReplacedException => "Close the store with Disconnect-KvStore; Connect-KvStore opens the current file.",
        _ => null,
    };

    /// <summary>Gets the command that lists the keys near a missing one. It uses -Prefix, which also works if no directory of that name exists, after the first
    /// part of the key, because any later part can be misspelled.</summary>
    private static string ListingBeside(string key) => key.IndexOf(KeyRules.Separator, Math.Min(1, key.Length)) switch
    {
        < 0 => "Get-KvTree -KeysOnly",
        var end => $"Get-KvTree -Prefix {ArgumentText.Of(key[..(end + 1)])} -KeysOnly",
    };

    /// <summary>True for a key with a wildcard character.</summary>
    public static bool LooksLikeWildcard(string key) => key.AsSpan().ContainsAny('*', '?');

    private static ErrorCategory CategoryOf(KvErrorCode code) => code switch
    {
        KvErrorCode.KeyNotFound => ErrorCategory.ObjectNotFound,
        KvErrorCode.KeyExists => ErrorCategory.ResourceExists,
        KvErrorCode.KeyModified => ErrorCategory.ResourceUnavailable,
        KvErrorCode.PreviousNotSpecified => ErrorCategory.InvalidArgument,
        KvErrorCode.Unreachable => ErrorCategory.ConnectionError,
        KvErrorCode.TimedOut or KvErrorCode.WaitTimedOut => ErrorCategory.OperationTimeout,
        KvErrorCode.CannotLock or KvErrorCode.NotElected => ErrorCategory.ResourceBusy,
        KvErrorCode.LockLost or KvErrorCode.LeadershipLost => ErrorCategory.OperationStopped,
        KvErrorCode.NotSupported => ErrorCategory.NotImplemented,
        KvErrorCode.IsDirectory or KvErrorCode.NotDirectory => ErrorCategory.InvalidType,
        KvErrorCode.Compacted => ErrorCategory.LimitsExceeded,
        KvErrorCode.PermissionDenied => ErrorCategory.PermissionDenied,
        KvErrorCode.AuthenticationFailed => ErrorCategory.AuthenticationError,
        KvErrorCode.QuotaExceeded => ErrorCategory.QuotaExceeded,
        KvErrorCode.InvalidArgument => ErrorCategory.InvalidArgument,
        KvErrorCode.CorruptStore => ErrorCategory.InvalidData,
        KvErrorCode.LeaseNotFound => ErrorCategory.ObjectNotFound,
        KvErrorCode.StoreClosed => ErrorCategory.ResourceUnavailable,
        KvErrorCode.UserNotFound or KvErrorCode.RoleNotFound => ErrorCategory.ObjectNotFound,
        KvErrorCode.UserExists or KvErrorCode.RoleExists => ErrorCategory.ResourceExists,
        KvErrorCode.HistoryChanged => ErrorCategory.InvalidResult,
        KvErrorCode.NoCurrentStore => ErrorCategory.ConnectionError,
        KvErrorCode.FileReplaced => ErrorCategory.ResourceUnavailable,
        _ => ErrorCategory.NotSpecified,
    };
}
