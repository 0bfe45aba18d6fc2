using System.Management.Automation;
using System.Security;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Accepts a SecureString. Text is refused with the commands that create one; PowerShell's own message would repeat the text.</summary>
public sealed class SecretAttribute : ArgumentTransformationAttribute
{
    private const string Refusal =
        "The secret must be a SecureString, so that no history and no log contains it. Use (Read-Host -AsSecureString), or the Password of (Get-Credential).";

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => BareWord.Unwrapped(inputData) is null or SecureString
        ? inputData

        // The inner exception marks a mismatch, so the binder tries the other parameters.
        : throw new ArgumentTransformationMetadataException(Refusal, new PSInvalidCastException(Refusal));
}
