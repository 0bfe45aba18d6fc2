using System.Collections;
using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Accepts recipients as Protect-CmsMessage does, and also the files that Get-Item and Get-ChildItem return.</summary>
public sealed class RecipientAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => BareWord.Unwrapped(inputData) switch
    {
        FileInfo file => new CmsMessageRecipient(file.FullName),
        X509Certificate2 certificate => new CmsMessageRecipient(certificate),
        IList list => Array.ConvertAll<object?, object?>([.. list], item => Transform(engineIntrinsics, item)),
        _ => inputData,
    };
}
