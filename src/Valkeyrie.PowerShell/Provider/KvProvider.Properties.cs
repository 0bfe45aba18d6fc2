using System.Collections.ObjectModel;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>Shows the data of a key besides its value as read-only properties.</summary>
public sealed partial class KvProvider
{
    private const string ReadOnlyProperties = "The properties of a key cannot be set. Set-Content and Set-Item write its value; Set-Content -Ttl sets its time to live.";

    /// <inheritdoc/>
    public void GetProperty(string path, Collection<string>? providerSpecificPickList) => Report(path, location =>
    {
        var entry = RequireEntryAt(location, keyOnly: false);
        TimeSpan? timeLeft = null;
        var isTimeKnown = entry.Pair is null || TryGetTimeLeft(location.Store, entry.Pair, out timeLeft);
        var properties = EntryProperties.Of(entry, timeLeft, isTimeKnown);
        var picked = new PSObject();
        foreach (var (name, value) in properties)
        {
            if (providerSpecificPickList is null or { Count: 0 } || providerSpecificPickList.Any(p => WildcardPattern.Get(p, WildcardOptions.IgnoreCase).IsMatch(name)))
            {
                picked.Properties.Add(new PSNoteProperty(name, value));
            }
        }

        WritePropertyObject(picked, location.Path);
    });

    /// <inheritdoc/>
    public object GetPropertyDynamicParameters(string path, Collection<string>? providerSpecificPickList) => new ItemParameters();

    /// <summary>Not supported.</summary>
    /// <param name="path">The path.</param>
    /// <param name="propertyValue">The properties to set.</param>
    public void SetProperty(string path, PSObject propertyValue) => throw new PSNotSupportedException(ReadOnlyProperties);

    /// <inheritdoc/>
    public object SetPropertyDynamicParameters(string path, PSObject propertyValue) => new ItemParameters();

    /// <summary>Not supported.</summary>
    /// <param name="path">The path.</param>
    /// <param name="propertyToClear">The properties to clear.</param>
    public void ClearProperty(string path, Collection<string> propertyToClear) => throw new PSNotSupportedException(ReadOnlyProperties);

    /// <inheritdoc/>
    public object ClearPropertyDynamicParameters(string path, Collection<string> propertyToClear) => new ItemParameters();

    private bool TryGetTimeLeft(IKvStore store, KvPair pair, out TimeSpan? timeLeft)
    {
        timeLeft = pair.Ttl;
        if (pair.LeaseId is not { } leaseId || !store.TryGetCapability<IKvLeases>(out var leases))
        {
            return true;
        }

        try
        {
            timeLeft = _wait.For(leases.GetLeaseAsync(leaseId, _stopping.Token)).Remaining;
            return true;
        }
        catch (KvLeaseNotFoundException)
        {
            // The lease has ended since the key was read.
            timeLeft = TimeSpan.Zero;
            return true;
        }
        catch (KvPermissionDeniedException)
        {
            // A lease can be read only with the permission for all of its keys. Without it, the other properties are still shown.
            return false;
        }
    }
}
