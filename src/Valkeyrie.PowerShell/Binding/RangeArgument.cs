using System.Management.Automation;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>The range of keys of a -Path, -Prefix or -All. It is created only on use, so an invalid argument does not prevent the
/// others.</summary>
/// <param name="Text">The argument.</param>
/// <param name="Make">Creates the range from the argument.</param>
internal sealed record RangeArgument(string Text, Func<string, KvRange> Make)
{
    /// <summary>The cmdlets' parameter set of -Path.</summary>
    public const string PathSet = "Path";

    /// <summary>The cmdlets' parameter set of -Prefix.</summary>
    public const string PrefixSet = "Prefix";

    /// <summary>Marks a pair in place of a directory. No directory has a name with a NUL.</summary>
    public const string PipedPair = "\0pair";

    /// <summary>True if an object is a pair or an event, also from another process, in place of a directory.</summary>
    /// <param name="input">The object.</param>
    public static bool IsPair(object? input) => BareWord.Unwrapped(input) is KvPair or KvEvent || DeserializedPair.IsOne(input);

    /// <summary>All keys of the store.</summary>
    public static RangeArgument All { get; } = new("", _ => KvRange.All);

    /// <summary>Gets the range.</summary>
    /// <exception cref="KvInvalidArgumentException">The argument is not a valid directory or prefix.</exception>
    public KvRange Range => Make(Text);

    /// <summary>Gets the ranges that the arguments of a cmdlet specify.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="paths">The value of its -Path.</param>
    /// <param name="prefix">The value of its -Prefix.</param>
    /// <returns>The ranges; null if neither is specified.</returns>
    public static IEnumerable<RangeArgument>? From(PSCmdlet cmdlet, string[]? paths, string prefix)
    {
        if (cmdlet.ParameterSetName == PrefixSet)
        {
            return [new RangeArgument(prefix, KvRange.Prefix)];
        }

        // A test for null is not enough: an unset variable as the path must not mean all keys.
        return cmdlet.MyInvocation.BoundParameters.ContainsKey("Path")
            ? (paths ?? [""]).Select(path => new RangeArgument(path, KvRange.Directory))
            : null;
    }
}
