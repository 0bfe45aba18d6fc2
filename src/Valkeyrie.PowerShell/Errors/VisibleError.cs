using System.Management.Automation;

namespace Valkeyrie.PowerShell.Errors;

/// <summary>An error as PowerShell's views show it, fit for a terminal.</summary>
internal static class VisibleError
{
    /// <summary>Makes what is shown of an error visible: its message, that of its exception, and the name of its target. The target itself stays what it is, so
    /// that a script can go on with it.</summary>
    /// <param name="error">The error.</param>
    /// <returns>The same error, or one like it.</returns>
    public static ErrorRecord Of(ErrorRecord error)
    {
        var exception = Of(error.Exception);
        var visible = ReferenceEquals(exception, error.Exception)
            ? error
            : new ErrorRecord(exception, error.FullyQualifiedErrorId, error.CategoryInfo.Category, error.TargetObject) { ErrorDetails = error.ErrorDetails };
        if (visible.ErrorDetails is { } details && !VisibleText.IsVisible(details.Message))
        {
            visible.ErrorDetails = new ErrorDetails(VisibleText.Of(details.Message)) { RecommendedAction = details.RecommendedAction };
        }

        if (!VisibleText.IsVisible(visible.CategoryInfo.TargetName))
        {
            visible.CategoryInfo.TargetName = VisibleText.Of(visible.CategoryInfo.TargetName);
        }

        return visible;
    }

    // Ours are made of visible text. One of .NET's own, which may name a file or quote what is in it, becomes the cause of another of its type.
    private static Exception Of(Exception exception)
    {
        if (VisibleText.IsVisible(exception.Message))
        {
            return exception;
        }

        var constructor = exception.GetType().GetConstructor([typeof(string), typeof(Exception)]);
        var message = VisibleText.Of(exception.Message);
        return constructor?.Invoke([message, exception]) as Exception ?? new RuntimeException(message, exception);
    }
}
