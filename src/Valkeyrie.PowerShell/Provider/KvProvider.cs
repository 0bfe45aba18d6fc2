using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using System.Management.Automation.Provider;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;
using Valkeyrie.PowerShell.Transactions;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>Shows stores as drives. The drive <c>kv:</c> exists after the module is imported.</summary>
/// <remarks>PowerShell creates an instance for a command and calls it with paths; this class passes each call on. A name on a drive means a value, a
/// directory, or both: commands for content use the value, commands that enter it use the directory, and commands that remove, copy or move it
/// use both.</remarks>
[CmdletProvider("Kv", ProviderCapabilities.Filter | ProviderCapabilities.ShouldProcess)]
[SuppressMessage("Reliability", "CA1001", Justification = "PowerShell disposes no provider, and a source without a timer holds nothing to give back.")]
public sealed partial class KvProvider : NavigationCmdletProvider, IContentCmdletProvider, IPropertyCmdletProvider
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly BlockingWait _wait;
    private readonly Lazy<PathCompletion?> _completion;
    private (IKvStore Store, KvException Failure)? _pendingFailure;

    /// <summary>Creates an instance, as PowerShell does for each command.</summary>
    public KvProvider()
    {
        _wait = new BlockingWait(_stopping.Token);
        _completion = new(() => PathCompletion.InProgress(SessionState.InvokeCommand));
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stopping.Cancel();

    /// <summary>Gets the drive of every session. Nothing is opened before its first use.</summary>
    protected override Collection<PSDriveInfo> InitializeDefaultDrives() =>
        [new KvDriveInfo(KvDriveInfo.DefaultName, ProviderInfo, DrivePath.RootOf(KvDriveInfo.DefaultName), "", store: null, "The keys of the session's current store", shownAs: "")];

    /// <inheritdoc/>
    protected override object NewDriveDynamicParameters() => new KvDriveParameters();

    /// <inheritdoc/>
    protected override PSDriveInfo? NewDrive(PSDriveInfo drive)
    {
        ArgumentNullException.ThrowIfNull(drive);
        return drive is KvDriveInfo ? drive : OrThrow(drive.Root, () => MakeDrive(drive));
    }

    private KvDriveInfo MakeDrive(PSDriveInfo drive)
    {
        // PowerShell has converted a root that is a path on a drive, such as kv:/app, to a path of the provider.
        var onDrive = DrivePath.Parse(drive.Root) is ({ } name, _) && SessionState.Drive.GetAll().Any(d => d is KvDriveInfo && IsNamed(d, name));
        var location = onDrive ? Locate(drive.Root) : null;
        var directory = location?.Start ?? (drive.Root.Length == 0 ? "" : KvRange.Directory(drive.Root).Start);
        var store = location?.Drive.Store;
        if (DynamicParameters is KvDriveParameters { Store: { } given } && !StoreArgument.TryResolve(given, out store, out var error))
        {
            ThrowTerminatingError(error);
        }

        return new KvDriveInfo(drive.Name, ProviderInfo, DrivePath.RootOf(drive.Name), directory, store, drive.Description, VisibleText.Of(directory));
    }

    private static bool IsNamed(PSDriveInfo drive, string name) => string.Equals(drive.Name, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Gets the drive and the names of a path. A path without a drive belongs to the default drive.</summary>
    private (KvDriveInfo Drive, string[] Names) Parse(string path)
    {
        var (name, names) = DrivePath.Parse(path);
        var drive = PSDriveInfo is KvDriveInfo own && (name is null || IsNamed(own, name))
            ? own
            : SessionState.Drive.Get(name ?? KvDriveInfo.DefaultName) as KvDriveInfo
                ?? throw new KvInvalidArgumentException($"'{name}:' is not a drive of this provider. Get-PSDrive -PSProvider Kv lists the drives of this provider.");
        return (drive, names);
    }

    /// <summary>Gets the location of a path.</summary>
    private KvLocation Locate(string path)
    {
        var (drive, names) = Parse(path);
        var location = KvLocation.At(drive, drive.Store ?? CurrentStore.Get(OpenDefault, WriteWarning), names);
        KeepAliveLosses.Report(location.Store, WriteWarning);
        TellFailureOf(location.Store);

        // A drive makes its changes immediately, so they cannot be part of the transaction.
        return TransactionRecording.Current is null ? location : throw new KvNotSupportedException("drives in a transaction", location.Store.Info);
    }

    /// <summary>Throws an earlier failure that has not been reported yet.</summary>
    private void TellFailureOf(IKvStore store)
    {
        if (_pendingFailure is { } pending && pending.Store == store)
        {
            _pendingFailure = null;
            throw pending.Failure;
        }
    }

    private KvConnection OpenDefault() => CheckedConnection.Of(DefaultStore.Open(), DefaultStore.Name, null, _wait, WriteVerbose, WriteWarning, _stopping.Token);

    /// <summary>Gets the entry at a location; null if none exists.</summary>
    private KvEntry? EntryAt(KvLocation location, bool keyOnly = true) => location.IsRoot
        ? new KvEntry(location.Key, null, IsDirectory: true)
        : _wait.For(location.Directories.TryGetEntryAsync(location.Key, new KvEntryOptions { KeysOnly = keyOnly }, _stopping.Token));

    /// <summary>Gets the entry at a location where one must exist.</summary>
    private KvEntry RequireEntryAt(KvLocation location, bool keyOnly = true) =>
        EntryAt(location, keyOnly) ?? throw new KvKeyNotFoundException(location.Key, location.Store.Info.Address);

    /// <summary>Runs an action at a path, and writes its failure as an error that does not end the command.</summary>
    private void Report(string path, Action<KvLocation> work)
    {
        try
        {
            work(Locate(path));
        }
        catch (KvException) when (DynamicParameters is ItemParameters parameters && parameters.HasTold(path))
        {
            // The failure was already reported.
        }
        catch (KvException e)
        {
            WriteError(ErrorRecords.From(e, path));
        }
    }

    /// <summary>True if the command acts on the item afterwards and reports a failure then; the failure is kept for that.</summary>
    private bool TellsLater(IKvStore? store, KvException failure)
    {
        if (DynamicParameters is not ItemParameters)
        {
            return false;
        }

        // Without a store the next call fails anyway. A user who may not read can still be allowed to write: that step requires its own permissions.
        _pendingFailure = store is null || failure is KvPermissionDeniedException ? _pendingFailure : (store, failure);
        return true;
    }

    /// <summary>Gets the entry that the user may see at a location; null if none exists or the user may not see it.</summary>
    private KvEntry? VisibleEntryAt(KvLocation location, bool keyOnly = true)
    {
        try
        {
            return EntryAt(location, keyOnly);
        }
        catch (KvPermissionDeniedException)
        {
            return null;
        }
    }

    /// <summary>Runs a function. A failure ends the command, because PowerShell requires a result and accepts no error.</summary>
    private T OrThrow<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (KvException e)
        {
            // For an exception without an error record, PowerShell would create one with another id.
            var error = ErrorRecords.From(e, path);
            ThrowTerminatingError(new ErrorRecord(new RuntimeException(e.Message, e, error), error.FullyQualifiedErrorId, error.CategoryInfo.Category, error.TargetObject));
            throw;
        }
    }

    private static bool IsSameStore(KvLocation a, KvLocation b) => ReferenceEquals(a.Store, b.Store);
}
