using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>The word to complete, as typed and as intended.</summary>
internal static class CompletionWord
{
    /// <summary>Gets the word without the quotes around it.</summary>
    public static string Read(string? word) => ArgumentText.Read(word);

    /// <summary>Creates a completion: an argument for the text, listed with its control characters shown.</summary>
    /// <param name="text">The intended text.</param>
    /// <param name="toolTip">The description of the text.</param>
    public static CompletionResult Result(string text, string toolTip)
    {
        var argument = ArgumentText.Of(text);
        return new(argument, Shown(text, argument), CompletionResultType.ParameterValue, Shown(toolTip, argument));
    }

    // PowerShell accepts no empty text.
    private static string Shown(string text, string otherwise) => text.Length == 0 ? otherwise : VisibleText.Of(text);
}
