using System.Management.Automation;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>A range of keys as a -Path, -Prefix or -All asks for it. Made only when it is called for, so that a bad one does not stand in the way
/// of the others.</summary>
/// <param name="Text">The argument.</param>
/// <param name="Make">Makes the range of it.</param>
internal sealed record RangeArgument(string Text, Func<string, KvRange> Make)
{
    /// <summary>The cmdlets' parameter set of -Path.</summary>
    public const string PathSet = "Path";

    /// <summary>The cmdlets' parameter set of -Prefix.</summary>
    public const string PrefixSet = "Prefix";

    /// <summary>Stands for a pair in place of a directory. No directory has a name with a NUL.</summary>
    public const string PipedPair = "\0pair";

    /// <summary>Tells whether an object is a pair, or an event, also one from another process, in place of a directory.</summary>
    /// <param name="input">The object.</param>
    public static bool IsPair(object? input) => BareWord.Unwrapped(input) is KvPair or KvEvent || DeserializedPair.IsOne(input);

    /// <summary>Every key of the store.</summary>
    public static RangeArgument All { get; } = new("", _ => KvRange.All);

    /// <summary>The range.</summary>
    /// <exception cref="KvInvalidArgumentException">An argument breaks a rule.</exception>
    public KvRange Range => Make(Text);

    /// <summary>The ranges that a cmdlet was asked for.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="paths">Its -Path.</param>
    /// <param name="prefix">Its -Prefix.</param>
    /// <returns>The ranges; null if neither is specified.</returns>
    public static IEnumerable<RangeArgument>? From(PSCmdlet cmdlet, string[]? paths, string prefix)
    {
        if (cmdlet.ParameterSetName == PrefixSet)
        {
            return [new RangeArgument(prefix, KvRange.Prefix)];
        }

        // Not by the path being null: an unset variable as the path must not stand for all keys.
        return cmdlet.MyInvocation.BoundParameters.ContainsKey("Path")
            ? (paths ?? [""]).Select(path => new RangeArgument(path, KvRange.Directory))
            : null;
    }
}
