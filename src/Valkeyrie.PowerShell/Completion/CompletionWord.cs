using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;

namespace Valkeyrie.PowerShell.Completion;

/// <summary>The word that is being completed, as it is typed and as it is intended.</summary>
internal static class CompletionWord
{
    /// <summary>The word without the quotes that it may be typed in.</summary>
    public static string Read(string? word) => ArgumentText.Read(word);

    /// <summary>A completion: an argument that means the text, which is listed as it can be shown.</summary>
    /// <param name="text">The intended text.</param>
    /// <param name="toolTip">What is said of it.</param>
    public static CompletionResult Result(string text, string toolTip)
    {
        var argument = ArgumentText.Of(text);
        return new(argument, Shown(text, argument), CompletionResultType.ParameterValue, Shown(toolTip, argument));
    }

    // PowerShell takes no empty text.
    private static string Shown(string text, string otherwise) => text.Length == 0 ? otherwise : VisibleText.Of(text);
}
