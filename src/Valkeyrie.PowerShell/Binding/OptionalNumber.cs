namespace Valkeyrie.PowerShell.Binding;

/// <summary>A number that need not be given. PowerShell shows the type of a parameter in its help, so it is no nullable one: left out it is 0.</summary>
internal static class OptionalNumber
{
    /// <summary>The number; null where it was left out.</summary>
    public static long? Of(long number) => number == 0 ? null : number;
}
