using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Sessions;
using Valkeyrie.PowerShell.Transactions;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>Answers PowerShell's calls during the completion of a path: immediately or not at all, only from an open store, and without errors.</summary>
public sealed partial class KvProvider
{
    /// <summary>True during the completion of a path. The existence of the path is not checked then: PowerShell asks for it before each listing, which shows it
    /// anyway.</summary>
    private bool IsCompleting => _completion.Value is not null;

    private void CompleteItems(string path, PathCompletion completion)
    {
        var options = new KvEntryOptions { NamePrefix = PathName.PartBeginning(completion.Beginning), KeysOnly = true };
        Complete(path, options, PathCompletion.MostNames, IsMeant, (directory, entry) => Write(directory.Below(entry.Path, PathName.ForCompletion), entry));

        bool IsMeant(KvEntry entry) =>
            (entry.IsDirectory || !completion.DirectoriesOnly) && PathName.Of(entry.Name).StartsWith(completion.Beginning, StringComparison.OrdinalIgnoreCase);
    }

    private void CompleteNames(string path) => Complete(
        path, new KvEntryOptions { NamePrefix = FilterPrefix, KeysOnly = true }, PathCompletion.MostNamesAskedAbout, PassesFilter, WriteCompletedName);

    private void WriteCompletedName(KvLocation directory, KvEntry entry) =>
        WriteItemObject(PathName.ForCompletion(entry.Name), directory.Below(entry.Path, PathName.ForCompletion).Path, entry.IsDirectory);

    private void Complete(string path, KvEntryOptions options, int most, Func<KvEntry, bool> isMeant, Action<KvLocation, KvEntry> write)
    {
        if (TryLocateOpen(path) is not { } location)
        {
            return;
        }

        foreach (var entry in CompletionStore.ReadAtOnce(stop => location.Directories.ListEntriesAsync(location.Range, options, stop), isMeant, most))
        {
            write(location, entry);
        }
    }

    /// <summary>Gets the location of a path in an open store; a completion does not open a store.</summary>
    private KvLocation? TryLocateOpen(string path)
    {
        try
        {
            var (drive, names) = Parse(path);
            return TransactionRecording.Current is null && (drive.Store ?? OpenStores.Current?.Store) is { } store ? KvLocation.At(drive, store, names) : null;
        }
        catch (KvException)
        {
            return null;
        }
    }
}
