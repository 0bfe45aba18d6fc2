using System.Globalization;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The progress of an operation.</summary>
/// <param name="Status">The progress in words.</param>
/// <param name="Operation">The current step; empty if the status contains it.</param>
/// <param name="Percent">The completed part in percent; -1 if it is unknown.</param>
internal sealed record ProgressLine(string Status, string Operation = "", int Percent = -1)
{
    /// <summary>Formats a number of keys.</summary>
    public static string Keys(long count) => count == 1 ? "1 key" : $"{Number(count)} keys";

    /// <summary>Formats a number.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
