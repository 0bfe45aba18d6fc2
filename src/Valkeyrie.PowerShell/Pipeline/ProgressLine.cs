using System.Globalization;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>How far work is.</summary>
/// <param name="Status">In words.</param>
/// <param name="Operation">What is done at the moment; empty where the status says it.</param>
/// <param name="Percent">The part that is done; -1 where nobody knows.</param>
internal sealed record ProgressLine(string Status, string Operation = "", int Percent = -1)
{
    /// <summary>A number of keys as it is shown.</summary>
    public static string Keys(long count) => $"{Number(count)} keys";

    /// <summary>A number as it is shown.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
