using System.Globalization;
using System.Management.Automation;
using System.Numerics;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Reads the text of an argument that was typed without quotes. PowerShell parses <c>007</c> and <c>1.10</c> as numbers, in a PSObject that also has
/// the typed text.</summary>
internal static class BareWord
{
    /// <summary>Gets the typed text of a number; for any other argument, the argument without its PSObject.</summary>
    /// <param name="argument">The argument.</param>
    public static object? Plain(object? argument) => argument switch
    {
        PSObject { BaseObject: PSCustomObject } => argument,
        PSObject wrapped when IsNumber(wrapped.BaseObject) => LanguagePrimitives.ConvertTo<string>(wrapped),
        PSObject wrapped => wrapped.BaseObject,
        _ => argument,
    };

    /// <summary>Removes the PSObject around an object; a calculated property adds one.</summary>
    /// <param name="value">The object.</param>
    public static object? Unwrapped(object? value) => value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;

    /// <summary>Gets the object inside a PSObject, also that of an object of properties; any other object itself.</summary>
    /// <param name="value">The object.</param>
    public static object? Base(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    /// <summary>Gets the text of a number or a string; null for any other argument.</summary>
    /// <param name="argument">The argument.</param>
    public static string? Text(object? argument) =>
        Plain(argument) is var plain && IsNumber(plain) ? Convert.ToString(plain, CultureInfo.InvariantCulture) : plain as string;

    /// <summary>True for a number of any type.</summary>
    /// <param name="value">The object.</param>
    public static bool IsNumber(object? value) =>
        value is byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal or BigInteger;
}
