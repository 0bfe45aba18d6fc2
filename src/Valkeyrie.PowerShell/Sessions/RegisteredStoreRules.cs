namespace Valkeyrie.PowerShell.Sessions;

/// <summary>The rules for a registered store. It can come from a file with any content.</summary>
internal static class RegisteredStoreRules
{
    /// <summary>Gets the fault of a store as a sentence; null if it is valid.</summary>
    /// <param name="store">The store.</param>
    public static string? FaultIn(KvRegisteredStore store)
    {
        if (!KvRegisteredStore.IsName(store.Name))
        {
            return "Its Name must consist of letters and digits, and between them also dots, dashes and underscores.";
        }

        if (store.Path is null == store.Endpoint is null)
        {
            return store.Path is null ? "It has neither an Endpoint nor a Path." : "It has both an Endpoint and a Path.";
        }

        if (store.Path is not null && !Path.IsPathFullyQualified(store.Path))
        {
            return $"Its Path, '{store.Path}', must be a full path.";
        }

        if (store.Namespace is null)
        {
            return "Its Namespace is null.";
        }

        if (store.ApiVersion is not (null or 2 or 3))
        {
            return $"Its ApiVersion must be 2 or 3; it is {store.ApiVersion}.";
        }

        try
        {
            new KvStoreOptions { Namespace = store.Namespace, Timeout = store.Timeout ?? KvStoreOptions.DefaultTimeout }.Check();
            if (store.Endpoint is not null)
            {
                EndpointArguments.Parse(store.Endpoint, store.ApiVersion ?? 3, tlsGiven: store.CaCertificate is not null || store.ClientCertificate is not null);
            }

            return null;
        }
        catch (KvInvalidArgumentException e)
        {
            return e.Message;
        }
    }
}
