namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The base of cmdlets for the users, roles and permissions of a store.</summary>
public abstract class KvAccessCmdlet : KvStoreCmdlet
{
    private protected IKvAccess Accounts => Target.GetCapability<IKvAccess>();

    /// <summary>Makes a change after confirmation.</summary>
    /// <param name="name">The target of the confirmation and of an error.</param>
    /// <param name="action">The action, as -WhatIf shows it.</param>
    /// <param name="change">Makes the change.</param>
    private protected void Change(string name, string action, Func<IKvAccess, ValueTask> change) => ReportErrors(name, () =>
    {
        var access = Accounts;
        if (ShouldProcess(name, $"{action} ({Target.Info.Address})"))
        {
            Wait(change(access));
        }
    });
}
