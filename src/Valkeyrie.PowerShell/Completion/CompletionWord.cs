using System.Management.Automation;
using System.Management.Automation.Language;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>The word that is being completed, as it is typed and as it is meant.</summary>
internal static class CompletionWord
{
    private static readonly System.Buffers.SearchValues<char> NeedsQuotes = System.Buffers.SearchValues.Create(" \t'\"`$;,(){}|&<>@#*?[]");

    /// <summary>The word without the quotes that it may be typed in.</summary>
    public static string Read(string? word) => (word ?? "").TrimStart('\'', '"').TrimEnd('\'', '"');

    /// <summary>A completion, in quotes where it needs them.</summary>
    /// <param name="text">What is meant.</param>
    /// <param name="toolTip">What is said of it.</param>
    public static CompletionResult Result(string text, string toolTip) => new(Quoted(text), text, CompletionResultType.ParameterValue, toolTip);

    /// <summary>A text as an argument, in quotes where it needs them.</summary>
    public static string Quoted(string text) =>
        text.AsSpan().ContainsAny(NeedsQuotes) ? $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'" : text;
}
