using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Sessions;
using Valkeyrie.PowerShell.Transactions;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>What PowerShell asks while it completes a path: answered at once or not at all, from a store that is open, and without a word about failures.</summary>
public sealed partial class KvProvider
{
    /// <summary>True while a path is completed. Whether it is there is not asked then: PowerShell asks so before each listing, which shows it by itself.</summary>
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

    /// <summary>Where a path leads, if that is in a store that is open; a key that is pressed opens none.</summary>
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
