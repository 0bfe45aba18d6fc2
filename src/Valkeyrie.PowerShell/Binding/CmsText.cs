using System.Management.Automation;
using System.Text.Unicode;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Seals and opens values with PowerShell's Protect-CmsMessage and Unprotect-CmsMessage, so these commands can also read and write such values.</summary>
/// <param name="invoker">Runs commands for the calling cmdlet.</param>
internal sealed class CmsText(CommandInvocationIntrinsics invoker)
{
    private static readonly ScriptBlock Protect = ScriptBlock.Create(
        "$PSDefaultParameterValues = @{}; Microsoft.PowerShell.Security\\Protect-CmsMessage -To $args[0] -Content $args[1] -ErrorAction Stop");

    private static readonly ScriptBlock Unprotect = ScriptBlock.Create(
        "$PSDefaultParameterValues = @{}; Microsoft.PowerShell.Security\\Unprotect-CmsMessage -Content $args[0] -ErrorAction Stop");

    /// <summary>Seals a value as a message that only the recipients can open.</summary>
    /// <param name="value">The value.</param>
    /// <param name="recipients">Their certificates: files, thumbprints or subjects.</param>
    /// <param name="key">The key of the value, for errors.</param>
    /// <exception cref="KvInvalidArgumentException">The value is not text, or a certificate is missing or not intended for documents.</exception>
    public byte[] Seal(ReadOnlyMemory<byte> value, string[] recipients, string key)
    {
        if (!Utf8.IsValid(value.Span))
        {
            throw new KvInvalidArgumentException($"The value of '{key}' is not text, and Protect-CmsMessage accepts only text. Encode it first: [Convert]::ToBase64String($bytes).") { Key = key };
        }

        try
        {
            return System.Text.Encoding.UTF8.GetBytes(Run(Protect, recipients, System.Text.Encoding.UTF8.GetString(value.Span)));
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw new KvInvalidArgumentException($"The value of '{key}' cannot be sealed for -Recipient: {e.ErrorRecord.Exception.Message}", e) { Key = key };
        }
    }

    /// <summary>Opens such a message.</summary>
    /// <param name="message">The message.</param>
    /// <exception cref="RuntimeException">The text is not such a message, or the user has no private key that opens it.</exception>
    public string Open(string message) => Run(Unprotect, message);

    private string Run(ScriptBlock script, params object[] arguments) => (string)invoker.InvokeScript(useLocalScope: true, script, input: null, arguments)[0].BaseObject;
}
