namespace Valkeyrie.PowerShell.Binding;

/// <summary>An optional number. Its type is not nullable, because PowerShell shows the type in the help; an omitted number is 0.</summary>
internal static class OptionalNumber
{
    /// <summary>Gets the number; null if it was omitted.</summary>
    public static long? Of(long number) => number == 0 ? null : number;
}
