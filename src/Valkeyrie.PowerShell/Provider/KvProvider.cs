using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using System.Management.Automation.Provider;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;
using Valkeyrie.PowerShell.Transactions;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>Shows stores as drives. <c>kv:</c> is there once the module is imported.</summary>
/// <remarks>PowerShell makes an instance for a command and asks it about paths; this class hands each question on. A name on a drive stands for a value, a
/// directory, or both: what reads and writes content means the value, what goes into it means the directory, and what takes it away or
/// elsewhere means all of it.</remarks>
[CmdletProvider("Kv", ProviderCapabilities.Filter | ProviderCapabilities.ShouldProcess)]
[SuppressMessage("Reliability", "CA1001", Justification = "PowerShell disposes no provider, and a source without a timer holds nothing to give back.")]
public sealed partial class KvProvider : NavigationCmdletProvider, IContentCmdletProvider, IPropertyCmdletProvider
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly BlockingWait _wait;
    private readonly Lazy<PathCompletion?> _completion;
    private (IKvStore Store, KvException Failure)? _pendingFailure;

    /// <summary>Makes an instance, as PowerShell does for each command.</summary>
    public KvProvider()
    {
        _wait = new BlockingWait(_stopping.Token);
        _completion = new(() => PathCompletion.InProgress(SessionState.InvokeCommand));
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stopping.Cancel();

    /// <summary>The drive of every session. Nothing is opened for it before it is used.</summary>
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
        // PowerShell has made a provider's path of a root that is a path on a drive, as kv:/app is.
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

    /// <summary>The drive and the names of a path. A path without a drive is one of the default drive.</summary>
    private (KvDriveInfo Drive, string[] Names) Parse(string path)
    {
        var (name, names) = DrivePath.Parse(path);
        var drive = PSDriveInfo is KvDriveInfo own && (name is null || IsNamed(own, name))
            ? own
            : SessionState.Drive.Get(name ?? KvDriveInfo.DefaultName) as KvDriveInfo
                ?? throw new KvInvalidArgumentException($"'{name}:' is not a drive of this provider. Get-PSDrive -PSProvider Kv lists the drives of this provider.");
        return (drive, names);
    }

    /// <summary>Where a path leads.</summary>
    private KvLocation Locate(string path)
    {
        var (drive, names) = Parse(path);
        var location = KvLocation.At(drive, drive.Store ?? CurrentStore.Get(OpenDefault, WriteWarning), names);
        TellFailureOf(location.Store);

        // What is done on a drive is done at once, so it would be no part of the transaction.
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

    /// <summary>What lies at a place; null for nothing.</summary>
    private KvEntry? EntryAt(KvLocation location, bool keyOnly = true) => location.IsRoot
        ? new KvEntry(location.Key, null, IsDirectory: true)
        : _wait.For(location.Directories.TryGetEntryAsync(location.Key, new KvEntryOptions { KeysOnly = keyOnly }, _stopping.Token));

    /// <summary>What lies at a place where something must.</summary>
    private KvEntry RequireEntryAt(KvLocation location, bool keyOnly = true) =>
        EntryAt(location, keyOnly) ?? throw new KvKeyNotFoundException(location.Key, location.Store.Info.Address);

    /// <summary>Does something at a path, and writes its failure as an error that lets the command go on.</summary>
    private void Report(string path, Action<KvLocation> work)
    {
        try
        {
            work(Locate(path));
        }
        catch (KvException) when (DynamicParameters is ItemParameters parameters && parameters.HasTold(path))
        {
            // Once is enough.
        }
        catch (KvException e)
        {
            WriteError(ErrorRecords.From(e, path));
        }
    }

    /// <summary>Whether the command goes on to do something, and so tells a failure then, for which it is kept.</summary>
    private bool TellsLater(IKvStore? store, KvException failure)
    {
        if (DynamicParameters is not ItemParameters)
        {
            return false;
        }

        // Without a store the next question fails by itself. Whoever may not look may still write: what the command then does needs rights of its own.
        _pendingFailure = store is null || failure is KvPermissionDeniedException ? _pendingFailure : (store, failure);
        return true;
    }

    /// <summary>What the user may see at a place; null for nothing, and for all that the user may not see.</summary>
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

    /// <summary>Makes something, or ends the command with the failure, where PowerShell wants an answer and takes no error.</summary>
    private T OrThrow<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (KvException e)
        {
            // Of an exception that has no record of its own PowerShell would make one with another id.
            var error = ErrorRecords.From(e, path);
            ThrowTerminatingError(new ErrorRecord(new RuntimeException(e.Message, e, error), error.FullyQualifiedErrorId, error.CategoryInfo.Category, error.TargetObject));
            throw;
        }
    }

    private static bool IsSameStore(KvLocation a, KvLocation b) => ReferenceEquals(a.Store, b.Store);
}
