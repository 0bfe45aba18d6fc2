using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The time to live of each piped object: the one on the command line, the result of a block, or the object's property Ttl or TimeToLive.</summary>
/// <remarks>PowerShell does not bind these properties: its binder searches each object for both names in every pass, and most objects have neither. That took a quarter of
/// the time of a long pipeline.</remarks>
/// <param name="ofAll">The time to live on the command line; null for none.</param>
/// <param name="isGiven">True if the command line has the parameter.</param>
/// <param name="block">Computes the time to live of each object; null for no block.</param>
internal sealed class PipedTtl(TimeSpan? ofAll, bool isGiven, ValueBlock? block)
{
    /// <summary>The shortest time to live that is accepted, in milliseconds.</summary>
    public const int Shortest = 100;

    /// <summary>The shortest TimeSpan that is accepted, in milliseconds: a [timespan] parameter converts a large number of seconds to a short one.</summary>
    public const int ShortestSpan = 1000;

    private static readonly DurationAttribute Duration = new() { ShortestMilliseconds = Shortest, ShortestSpanMilliseconds = ShortestSpan };

    /// <summary>The time to live for a key; null for none.</summary>
    /// <param name="piped">The piped object; null if none was piped.</param>
    /// <param name="key">The key.</param>
    /// <exception cref="KvInvalidArgumentException">It is not a duration.</exception>
    public TimeSpan? Of(object? piped, string key) => isGiven ? OfCopy(piped, key) : BareWord.Unwrapped(piped) switch
    {
        null or string or KvEvent => null,
        KvPair pair => pair.Ttl,
        var row => Read(PropertyOf(PSObject.AsPSObject(row)), key),
    };

    /// <summary>The time to live for a pair that is copied with its key: the pair's own is not copied.</summary>
    /// <inheritdoc cref="Of"/>
    public TimeSpan? OfCopy(object? piped, string key) => block is null ? ofAll : Read(block.Make(piped, key), key);

    private static object? PropertyOf(PSObject row) =>
        PipedProperty.TryRead(row, nameof(KvPair.Ttl), out var ttl) ? ttl : PipedProperty.Of(row, "TimeToLive");

    private static TimeSpan? Read(object? value, string key)
    {
        try
        {
            return (TimeSpan?)Duration.Transform(null!, value);
        }
        catch (ArgumentTransformationMetadataException e)
        {
            throw new KvInvalidArgumentException($"The time to live of the key '{key}' cannot be used: {e.Message}", e) { Key = key };
        }
    }
}
