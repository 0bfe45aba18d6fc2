using System.Management.Automation;
using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>Finds the item at a path and the items below it.</summary>
public sealed partial class KvProvider
{
    // The type name that the views and additional properties of a pair on a drive use; the object is still a pair.
    private const string PairTypeName = "Valkeyrie.KvPair#Drive";

    /// <summary>True if an item exists at a path.</summary>
    /// <remarks>PowerShell reads any exception from here as "no", and then reports that the item does not exist. If the store does not answer, this is unknown.
    /// A command that acts on the item afterwards therefore gets a "yes", and reports the failure then. For other commands the failure is reported immediately,
    /// as an error that follows -ErrorAction, and they get a "no", so Set-Location keeps its location. A path with a slash at its end means a directory, as for
    /// files: a value alone does not count.</remarks>
    /// <param name="path">The path.</param>
    protected override bool ItemExists(string path)
    {
        if (IsCompleting)
        {
            return true;
        }

        if (DynamicParameters is null && ModuleSearch.IsAsking())
        {
            return false;
        }

        IKvStore? store = null;
        try
        {
            var location = Locate(path);
            store = location.Store;
            return EntryAt(location) is { } entry && (entry.IsDirectory || !DrivePath.IsDirectory(path));
        }
        catch (KvException e) when (TellsLater(store, e))
        {
            return true;
        }
        catch (KvException e)
        {
            WriteError(ErrorRecords.From(e, path));
            return false;
        }
    }

    /// <summary>True if the item at a path is a directory.</summary>
    /// <remarks>PowerShell calls this in passing, and accepts no error. If the store does not answer, the result is true: PowerShell then lists the directory,
    /// which reports the failure.</remarks>
    /// <param name="path">The path.</param>
    protected override bool IsItemContainer(string path)
    {
        if (IsCompleting || _pendingFailure is not null)
        {
            return true;
        }

        IKvStore? store = null;
        try
        {
            var location = Locate(path);
            store = location.Store;
            return EntryAt(location) is { IsDirectory: true };
        }
        catch (KvPermissionDeniedException) when (DynamicParameters is ItemParameters and not ChildItemParameters)
        {
            // An item that the user may write but not read counts as a value, because a listing would be refused.
            return false;
        }
        catch (KvException e)
        {
            TellsLater(store, e);
            return true;
        }
    }

    /// <summary>True if a directory contains an item.</summary>
    /// <remarks>A "no" ends the expansion of a wildcard, so a failure is reported here, and not again by the next call for the item. By then the wildcard has
    /// become the filter (<see cref="ConvertPath"/>), and only the names that it can match count. Without a filter the call comes from Remove-Item. It is about
    /// a directory that the user may not be allowed to list, and does not need to list to remove it.</remarks>
    /// <param name="path">The path.</param>
    protected override bool HasChildItems(string path)
    {
        try
        {
            return List(Locate(path), new KvEntryOptions { NamePrefix = FilterPrefix, KeysOnly = true }).Any();
        }
        catch (KvPermissionDeniedException) when (string.IsNullOrEmpty(Filter))
        {
            return false;
        }
        catch (KvException e)
        {
            (DynamicParameters as ItemParameters)?.Tell(path);
            WriteError(ErrorRecords.From(e, path));
            return false;
        }
    }

    /// <inheritdoc/>
    protected override object GetItemDynamicParameters(string path) => new ItemParameters();

    /// <inheritdoc/>
    protected override void GetItem(string path) => Report(path, location => Write(location, RequireEntryAt(location, keyOnly: false)));

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse) => GetChildItems(path, recurse, uint.MaxValue);

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse, uint depth)
    {
        if (_completion.Value is { } completion)
        {
            CompleteItems(path, completion);
            return;
        }

        Report(path, location =>
        {
            var parameters = DynamicParameters as ChildItemParameters ?? new ChildItemParameters();
            var options = recurse
                ? new KvEntryOptions { Depth = (int)Math.Min(depth, int.MaxValue), KeysOnly = parameters.KeysOnly }
                : new KvEntryOptions { NamePrefix = FilterPrefix, KeysOnly = parameters.KeysOnly };
            foreach (var entry in List(location, options))
            {
                if (parameters.Wants(entry) && PassesFilter(entry))
                {
                    Write(location.Below(entry.Path), entry);
                }
            }
        });
    }

    /// <inheritdoc/>
    protected override object GetChildItemsDynamicParameters(string path, bool recurse) => new ChildItemParameters();

    /// <inheritdoc/>
    protected override void GetChildNames(string path, ReturnContainers returnContainers)
    {
        if (IsCompleting)
        {
            CompleteNames(path);
            return;
        }

        Report(path, location =>
        {
            var parameters = DynamicParameters as ChildItemParameters ?? new ChildItemParameters();
            var allContainers = returnContainers == ReturnContainers.ReturnAllContainers;
            foreach (var entry in List(location, new KvEntryOptions { NamePrefix = allContainers ? "" : FilterPrefix, KeysOnly = true }))
            {
                if ((entry.IsDirectory && allContainers) || (parameters.Wants(entry) && PassesFilter(entry)))
                {
                    WriteName(location, entry);
                }
            }
        });
    }

    /// <inheritdoc/>
    protected override object GetChildNamesDynamicParameters(string path) => new ChildItemParameters();

    // The beginning of all names that pass the filter, so the store does not need to read all other names.
    private string FilterPrefix => PathName.PartBeginning(PathName.LiteralBeginning(Filter ?? ""));

    private bool HasChildItems(KvLocation location) => List(location, new KvEntryOptions { KeysOnly = true }).Any();

    private IEnumerable<KvEntry> List(KvLocation location, KvEntryOptions options) =>
        _wait.Enumerate(location.Directories.ListEntriesAsync(location.Range, options, _stopping.Token));

    private bool PassesFilter(KvEntry entry) =>
        string.IsNullOrEmpty(Filter) || WildcardPattern.Get(Filter, WildcardOptions.IgnoreCase).IsMatch(PathName.Of(entry.Name));

    private void WriteName(KvLocation directory, KvEntry entry) =>
        WriteItemObject(PathName.Of(entry.Name), directory.Below(entry.Path).Path, entry.IsDirectory);

    private void Write(KvLocation location, KvEntry entry)
    {
        if (entry.Pair is not { } pair)
        {
            WriteItemObject(new KvDirectory(location.Key), location.Path, isContainer: true);
            return;
        }

        var item = new PSObject(pair);
        item.TypeNames.Insert(0, PairTypeName);
        WriteItemObject(item, location.Path, entry.IsDirectory);
    }
}
