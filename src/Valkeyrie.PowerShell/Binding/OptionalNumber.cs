namespace Valkeyrie.PowerShell.Binding;

/// <summary>An optional number. PowerShell shows the type of a parameter in its help, so the type is not nullable: if omitted it is 0.</summary>
internal static class OptionalNumber
{
    /// <summary>The number; null where it was left out.</summary>
    public static long? Of(long number) => number == 0 ? null : number;
}
