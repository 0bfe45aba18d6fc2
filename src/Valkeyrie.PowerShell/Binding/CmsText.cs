using System.Management.Automation;
using System.Text.Unicode;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Seals and opens values by PowerShell's own Protect-CmsMessage and Unprotect-CmsMessage, so that either side can be theirs.</summary>
/// <param name="invoker">The calling cmdlet's way to run commands.</param>
internal sealed class CmsText(CommandInvocationIntrinsics invoker)
{
    private static readonly ScriptBlock Protect = ScriptBlock.Create(
        "$PSDefaultParameterValues = @{}; Microsoft.PowerShell.Security\\Protect-CmsMessage -To $args[0] -Content $args[1] -ErrorAction Stop");

    private static readonly ScriptBlock Unprotect = ScriptBlock.Create(
        "$PSDefaultParameterValues = @{}; Microsoft.PowerShell.Security\\Unprotect-CmsMessage -Content $args[0] -ErrorAction Stop");

    /// <summary>A value as a message that only the recipients can open.</summary>
    /// <param name="value">The value.</param>
    /// <param name="recipients">Their certificates: files, thumbprints or subjects.</param>
    /// <param name="key">The key that it is for.</param>
    /// <exception cref="KvInvalidArgumentException">The value is not text, or a certificate is not found or not for documents.</exception>
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

    /// <summary>What is in such a message.</summary>
    /// <param name="message">The message.</param>
    /// <exception cref="RuntimeException">It is none, or no private key of this user opens it.</exception>
    public string Open(string message) => Run(Unprotect, message);

    private string Run(ScriptBlock script, params object[] arguments) => (string)invoker.InvokeScript(useLocalScope: true, script, input: null, arguments)[0].BaseObject;
}
