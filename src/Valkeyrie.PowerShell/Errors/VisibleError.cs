using System.Management.Automation;

namespace Valkeyrie.PowerShell.Errors;

/// <summary>An error as PowerShell's views show it, safe for a terminal.</summary>
internal static class VisibleError
{
    /// <summary>Shows the control characters in the message, in that of its exception, and in the name of its target. The target itself is unchanged, so
    /// a script can continue with it.</summary>
    /// <param name="error">The error.</param>
    /// <returns>The same error, or a copy.</returns>
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

    // The module's own errors consist of visible text. An error of .NET, which can contain the name or content of a file, becomes the cause of another error of
    // its type.
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
